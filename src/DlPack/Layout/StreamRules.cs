using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>What stream numbers mean on which device (Python array API standard, <c>__dlpack__</c>).</summary>
internal static class StreamRules
{
    /// <summary>The number that asks for no synchronization.</summary>
    public const long None = -1;

    private const long LegacyDefault = 1;
    private const long PerThreadDefault = 2;
    private const long RocmDefault = 0;

    /// <summary>The stream that a consumer means, or <see cref="None"/>.</summary>
    /// <remarks>
    /// The standard says nothing of pinned memory. Both sides of a bus read it: who names no stream is the main
    /// processor, and who names one reads on that stream, by the numbers of its GPUs.
    /// </remarks>
    /// <exception cref="ArgumentException">The number is not allowed on this device.</exception>
    public static long Consumer(DLDevice device, long? stream) =>
        stream is null && Devices.IsHost(device) ? None : ConsumerByKind(device, stream);

    /// <summary>The stream that a producer means, for use on any thread.</summary>
    /// <remarks>
    /// CUDA takes the per-thread default stream for that of the calling thread, which need not be the producer's. The
    /// legacy default stream comes after those of all threads.
    /// </remarks>
    public static long? Producer(DLDevice device, long? stream) =>
        stream == PerThreadDefault && IsCuda(device) ? LegacyDefault : stream;

    private static bool IsCuda(DLDevice device) => device.device_type
        is DLDeviceType.kDLCUDA
        or DLDeviceType.kDLCUDAManaged
        or DLDeviceType.kDLCUDAHost;

    private static long ConsumerByKind(DLDevice device, long? stream)
    {
        switch (device.device_type)
        {
            case DLDeviceType.kDLCPU:
                return stream is null
                    ? None
                    : throw new ArgumentException(
                        $"Main memory has no streams, but stream is {stream}. Leave stream null for {device}.",
                        nameof(stream));
            case DLDeviceType.kDLCUDA or DLDeviceType.kDLCUDAManaged or DLDeviceType.kDLCUDAHost:
                return (stream ?? LegacyDefault) is >= LegacyDefault or None
                    ? stream ?? LegacyDefault
                    : throw new ArgumentException(
                        $"{stream} is no CUDA stream. Pass 1 (legacy default), 2 (per-thread default), a CUstream "
                        + "handle, or -1 for no synchronization; 0 is forbidden since it could mean either default.",
                        nameof(stream));
            case DLDeviceType.kDLROCM or DLDeviceType.kDLROCMHost:
                return (stream ?? RocmDefault) is RocmDefault or > 2 or None
                    ? stream ?? RocmDefault
                    : throw new ArgumentException(
                        $"{stream} is no ROCm stream. Pass 0 (default), a stream handle, or -1 for no "
                        + "synchronization; 1 and 2 are forbidden since they are CUDA's defaults.",
                        nameof(stream));
            default:
                return stream ?? None;
        }
    }
}
