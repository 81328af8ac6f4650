using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>What differs between kinds of devices.</summary>
internal static class Devices
{
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
