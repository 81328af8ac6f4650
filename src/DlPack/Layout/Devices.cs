using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>What differs between kinds of devices.</summary>
internal static class Devices
{
    /// <summary>
    /// Throws where the kind is none: they are counted from 1, and newer ones than are named here may come.
    /// </summary>
    /// <exception cref="ArgumentException">No kind of device.</exception>
    public static void Check(DLDevice device, string parameter)
    {
        if (device.device_type <= 0)
        {
            throw new ArgumentException(
                $"The device's kind is {(int)device.device_type}, which is no device. Name one, such as DLDevice.Cpu "
                + "or DLDevice.Cuda(0).",
                parameter);
        }
    }

    /// <summary>
    /// Whether <c>data</c> is an address, so that an offset can be added to it. Elsewhere it may be a handle.
    /// </summary>
    public static bool HasAddresses(DLDevice device) => device.device_type
        is DLDeviceType.kDLCPU
        or DLDeviceType.kDLCUDA
        or DLDeviceType.kDLCUDAHost
        or DLDeviceType.kDLROCM
        or DLDeviceType.kDLROCMHost
        or DLDeviceType.kDLCUDAManaged
        or DLDeviceType.kDLOneAPI;

    /// <summary>Whether the memory is main memory, which no stream works on by itself.</summary>
    public static bool IsHost(DLDevice device) => device.device_type
        is DLDeviceType.kDLCPU
        or DLDeviceType.kDLCUDAHost
        or DLDeviceType.kDLROCMHost;
}
