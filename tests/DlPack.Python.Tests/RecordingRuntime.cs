using DlPackNet.Interop;

namespace DlPackNet.Python.Tests;

/// <summary>Notes which stream of a CUDA device waits for which, and does nothing.</summary>
internal sealed class RecordingRuntime : DlPackDeviceRuntime
{
    private readonly List<(long Producer, long Consumer)> _waits = [];

    /// <summary>One that serves CUDA from now on.</summary>
    public static RecordingRuntime Registered()
    {
        var runtime = new RecordingRuntime();
        Register(DLDeviceType.kDLCUDA, runtime);
        return runtime;
    }

    /// <summary>What has waited for what since the last call.</summary>
    public IReadOnlyList<(long Producer, long Consumer)> TakeWaits()
    {
        (long, long)[] waits = [.. _waits];
        _waits.Clear();
        return waits;
    }

    public override void Wait(DLDevice device, long producerStream, long consumerStream) =>
        _waits.Add((producerStream, consumerStream));

    public override void Synchronize(DLDevice device, long producerStream) => throw new NotSupportedException();

    public override DlPackObject Allocate(DLDevice device, DLDataType dtype, ReadOnlySpan<long> shape) =>
        throw new NotSupportedException();

    public override void Copy(DlPackObject source, DlPackObject destination, long? stream) =>
        throw new NotSupportedException();
}
