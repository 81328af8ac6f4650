using DlPackNet.Interop;

namespace DlPackNet.Tests.Facade;

/// <summary>
/// Stands in for a device's adapter, with addresses that are main memory in truth: it shows what the library asks of
/// an adapter and in which order, and nothing about any device.
/// </summary>
internal sealed unsafe class RecordingRuntime : DlPackDeviceRuntime
{
    /// <summary>What has been asked for, in order.</summary>
    public List<string> Calls { get; } = [];

    /// <summary>What a copy throws, if anything.</summary>
    public Exception? CopyFailure { get; set; }

    /// <summary>Where copies are made, if not where they are wanted.</summary>
    public DLDevice? Elsewhere { get; set; }

    /// <summary>Makes this responsible for kinds of devices, and returns what undoes that.</summary>
    public Action Serve(params DLDeviceType[] types)
    {
        Array.ForEach(types, type => Register(type, this));
        return () => Array.ForEach(types, Unregister);
    }

    /// <inheritdoc/>
    public override void Wait(DLDevice device, long producerStream, long consumerStream) =>
        Calls.Add($"{device}: {consumerStream} waits for {producerStream}");

    /// <inheritdoc/>
    public override void Synchronize(DLDevice device, long producerStream) =>
        Calls.Add($"{device}: the host waits for {producerStream}");

    /// <inheritdoc/>
    public override DlPackObject Allocate(DLDevice device, DLDataType dtype, ReadOnlySpan<long> shape)
    {
        Calls.Add($"allocate on {device}");
        DlPackObject host = DlPack.Allocate(dtype, shape);
        return DlPack.AsDlPack(host.Data, dtype, shape, device: Elsewhere ?? device, owner: DlPackOwner.FromDisposable(host));
    }

    /// <inheritdoc/>
    public override void Copy(DlPackObject source, DlPackObject destination, long? stream)
    {
        Calls.Add($"copy from {source.Device} to {destination.Device} on {Named(stream)} after "
            + Named(ProducerStreamOf(source)));
        if (CopyFailure is not null)
        {
            throw CopyFailure;
        }

        using DlPackObject from = OnHost(source);
        using DlPackObject to = OnHost(destination);
        from.CopyTo(to);
    }

    private static string Named(long? stream) => stream is { } number ? $"{number}" : "none";

    private static DlPackObject OnHost(DlPackObject tensor) =>
        DlPack.AsDlPack(tensor.Data, tensor.DType, tensor.Shape, tensor.Strides);
}
