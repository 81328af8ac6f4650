using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>What the driver knows about an address.</summary>
/// <param name="Device">As DLPack names it: its kind, and its GPU's ordinal unless it is pinned.</param>
/// <param name="Ordinal">The GPU that it was allocated for.</param>
/// <param name="Context">
/// The context that it was allocated in; 0 where it belongs to none, as memory of pools does.
/// </param>
internal readonly record struct CudaMemory(DLDevice Device, int Ordinal, nint Context)
{
    /// <summary>Asks the driver; null for memory that it does not know, such as ordinary main memory.</summary>
    /// <exception cref="DlPackException">There is no driver, or it fails.</exception>
    public static unsafe CudaMemory? Find(nint pointer)
    {
        DriverLibrary.Need();
        Driver.Check(Driver.cuInit(0), "initialize CUDA");
        int type = 0;
        int error = Driver.cuPointerGetAttribute(&type, Driver.AttributeMemoryType, pointer);
        if (error == Driver.InvalidValue || (error == 0 && type == 0))
        {
            return null;
        }

        Driver.Check(error, $"find out about address 0x{pointer:x}");
        int ordinal = 0;
        Driver.Check(
            Driver.cuPointerGetAttribute(&ordinal, Driver.AttributeDeviceOrdinal, pointer),
            "find out an address's GPU");
        uint isManaged = 0;
        Driver.Check(
            Driver.cuPointerGetAttribute(&isManaged, Driver.AttributeIsManaged, pointer), "find out an address's kind");
        nint context = 0;
        if (Driver.cuPointerGetAttribute(&context, Driver.AttributeContext, pointer) != 0)
        {
            context = 0;
        }

        // Pinned memory is no GPU's in DLPack, and consumers expect the number 0.
        DLDevice device = isManaged != 0 ? new DLDevice(DLDeviceType.kDLCUDAManaged, ordinal)
            : type == Driver.MemoryTypeHost ? new DLDevice(DLDeviceType.kDLCUDAHost)
            : DLDevice.Cuda(ordinal);
        // Main memory that the driver allocated for no GPU has a negative one.
        return new CudaMemory(device, Math.Max(ordinal, 0), context);
    }
}
