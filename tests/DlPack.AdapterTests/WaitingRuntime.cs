using DlPackNet.Interop;

namespace DlPackNet.AdapterTests;

/// <summary>A device of which only the waiting is there.</summary>
internal sealed class WaitingRuntime : DlPackDeviceRuntime
{
    /// <summary>The streams that the calling thread waited for.</summary>
    public List<long> WaitedFor { get; } = [];

    /// <inheritdoc/>
    public override void Synchronize(DLDevice device, long producerStream) => WaitedFor.Add(producerStream);

    /// <inheritdoc/>
    public override void Wait(DLDevice device, long producerStream, long consumerStream) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override DlPackObject Allocate(DLDevice device, DLDataType dtype, ReadOnlySpan<long> shape) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Copy(DlPackObject source, DlPackObject destination, long? stream) =>
        throw new NotSupportedException();
}
