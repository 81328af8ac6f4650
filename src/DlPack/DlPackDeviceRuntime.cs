using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>
/// What the core cannot do itself on a device: order streams, allocate, copy. An adapter derives from this and
/// registers one instance for a kind of device.
/// </summary>
/// <remarks>Members are called from any thread, also at the same time.</remarks>
public abstract class DlPackDeviceRuntime
{
    private static readonly ConcurrentDictionary<DLDeviceType, DlPackDeviceRuntime> _runtimes = new();

    /// <summary>Makes a runtime responsible for a kind of device, in place of the one before.</summary>
    /// <param name="deviceType">The kind of device; not kDLCPU, which the core serves itself.</param>
    /// <param name="runtime">The runtime.</param>
    /// <exception cref="ArgumentNullException"><paramref name="runtime"/> is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The device is the CPU.</exception>
    public static void Register(DLDeviceType deviceType, DlPackDeviceRuntime runtime)
    {
        if (runtime is null)
        {
            throw new ArgumentNullException(nameof(runtime));
        }

        if (deviceType == DLDeviceType.kDLCPU)
        {
            throw new ArgumentOutOfRangeException(
                nameof(deviceType), deviceType, "The CPU has no runtime: register one for another kind of device.");
        }

        _runtimes[deviceType] = runtime;
    }

    /// <summary>The runtime that is responsible for a kind of device.</summary>
    /// <param name="deviceType">The kind of device.</param>
    /// <param name="runtime">The runtime, or null.</param>
    /// <returns>Whether there is one.</returns>
    public static bool TryGet(DLDeviceType deviceType, [NotNullWhen(true)] out DlPackDeviceRuntime? runtime) =>
        _runtimes.TryGetValue(deviceType, out runtime);

    /// <summary>
    /// Makes a stream wait for the work that another has queued up to now. Does not block the calling thread.
    /// </summary>
    /// <param name="device">The device that both streams belong to.</param>
    /// <param name="producerStream">The stream to wait for, in the device's numbering.</param>
    /// <param name="consumerStream">The stream that waits, in the device's numbering.</param>
    public abstract void Wait(DLDevice device, long producerStream, long consumerStream);

    /// <summary>Blocks the calling thread until the work that a stream has queued up to now is done.</summary>
    /// <param name="device">The device that the stream belongs to; main memory that a device works on, too.</param>
    /// <param name="producerStream">The stream to wait for, in the device's numbering.</param>
    public abstract void Synchronize(DLDevice device, long producerStream);

    /// <summary>Allocates a compact row-major tensor on a device.</summary>
    /// <param name="device">Where.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The extents in elements.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    public abstract DlPackObject Allocate(DLDevice device, DLDataType dtype, ReadOnlySpan<long> shape);

    /// <summary>Allocates compact row-major main memory, 256-byte aligned, for a copy from a device.</summary>
    /// <param name="source">The device that is copied from.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The extents in elements.</param>
    /// <returns>A new object on the CPU, which the caller disposes.</returns>
    /// <remarks>Ordinary memory, unless a runtime has such as its device copies to faster.</remarks>
    public virtual DlPackObject AllocateOnHost(DLDevice source, DLDataType dtype, ReadOnlySpan<long> shape) =>
        DlPack.Allocate(dtype, shape, zeroed: false);

    /// <summary>
    /// Copies a tensor of any strides into a compact one of the same shape and dtype, after the work that the source
    /// depends on.
    /// </summary>
    /// <param name="source">What to copy; at least one of the two is on this runtime's device.</param>
    /// <param name="destination">Where to. If it is in main memory, the copy is complete on return.</param>
    /// <param name="stream">
    /// The consumer's stream, on which a copy within the device is queued; null for the device's default.
    /// </param>
    public abstract void Copy(DlPackObject source, DlPackObject destination, long? stream);

    /// <summary>The stream on whose work a tensor's content depends, or null if it is complete.</summary>
    /// <param name="tensor">A tensor on this runtime's device.</param>
    /// <returns>The stream, in the device's numbering.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    protected static long? ProducerStreamOf(DlPackObject tensor) =>
        (tensor ?? throw new ArgumentNullException(nameof(tensor))).ProducerStream;

    /// <summary>Leaves a kind of device without a runtime again, for tests: adapters are there to stay.</summary>
    internal static void Unregister(DLDeviceType deviceType) => _runtimes.TryRemove(deviceType, out _);

    /// <summary>The runtime for a device, for an exchange that needs one.</summary>
    internal static DlPackDeviceRuntime Need(DLDevice device, string purpose) =>
        TryGet(device.device_type, out DlPackDeviceRuntime? runtime)
            ? runtime
            : throw new DlPackException(
                $"To {purpose}, the adapter for {device} is needed, and none is registered. Install and load an "
                + "adapter for the device, or derive from DlPackDeviceRuntime and register that.");
}
