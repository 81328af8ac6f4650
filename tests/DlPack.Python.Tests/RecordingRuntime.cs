using DlPackNet.Interop;

namespace DlPackNet.Python.Tests;

/// <summary>Notes which stream of CUDA, or the host, waits for which, and does nothing.</summary>
internal sealed class RecordingRuntime : DlPackDeviceRuntime
{
    /// <summary>The consumer where the calling thread waits.</summary>
    public const long Host = 0;

    private readonly List<(long Producer, long Consumer)> _waits = [];

    /// <summary>What happens while the calling thread waits.</summary>
    public Action? WhileWaiting { get; set; }

    /// <summary>One that serves CUDA, and main memory that it works on, from now on.</summary>
    public static RecordingRuntime Registered()
    {
        var runtime = new RecordingRuntime();
        Register(DLDeviceType.kDLCUDA, runtime);
        Register(DLDeviceType.kDLCUDAHost, runtime);
        Register(DLDeviceType.kDLCUDAManaged, runtime);
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

    public override void Synchronize(DLDevice device, long producerStream)
    {
        _waits.Add((producerStream, Host));
        WhileWaiting?.Invoke();
    }

    public override DlPackObject Allocate(DLDevice device, DLDataType dtype, ReadOnlySpan<long> shape) =>
        throw new NotSupportedException();

    public override void Copy(DlPackObject source, DlPackObject destination, long? stream) =>
        throw new NotSupportedException();
}
