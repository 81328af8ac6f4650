using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>On which device CUDA memory is, as the driver knows it.</summary>
internal static unsafe class CudaPointers
{
    private const int Success = 0;
    private const int IsManaged = 8;
    private const int DeviceOrdinal = 9;

    private static readonly delegate* unmanaged[Cdecl]<void*, int, nint, int> _getAttribute = FindGetAttribute();

    /// <summary>The device of an address; the first one if there is no driver to ask.</summary>
    public static DLDevice DeviceOf(nint address)
    {
        int ordinal = 0;
        int isManaged = 0;
        if (_getAttribute is null || address == 0 || _getAttribute(&ordinal, DeviceOrdinal, address) != Success)
        {
            return DLDevice.Cuda();
        }

        bool asManaged = _getAttribute(&isManaged, IsManaged, address) == Success && isManaged != 0;
        return new DLDevice(asManaged ? DLDeviceType.kDLCUDAManaged : DLDeviceType.kDLCUDA, ordinal);
    }

    private static delegate* unmanaged[Cdecl]<void*, int, nint, int> FindGetAttribute() =>
        DriverFile.Handle != 0
            && NativeLibrary.TryGetExport(DriverFile.Handle, "cuPointerGetAttribute", out nint function)
                ? (delegate* unmanaged[Cdecl]<void*, int, nint, int>)function
                : null;
}
