namespace DlPackNet;

/// <summary>
/// Lets this thread allocate, lock, copy and wait while another one captures a stream into a graph, for a few lines of
/// code. Otherwise the driver takes what could depend on the capture for a mistake, and breaks the capture off.
/// </summary>
internal readonly ref struct CaptureScope
{
    private const int Relaxed = 2;

    private readonly int? _before;

    private CaptureScope(int? before) => _before = before;

    /// <summary>Captures of other threads go on; what this thread itself captures is its own affair.</summary>
    public static CaptureScope Undisturbed()
    {
        int mode = Relaxed;
        return new(Driver.cuThreadExchangeStreamCaptureMode(ref mode) == 0 ? mode : null);
    }

    /// <summary>Restores what held before.</summary>
    public void Dispose()
    {
        if (_before is { } mode)
        {
            _ = Driver.cuThreadExchangeStreamCaptureMode(ref mode);
        }
    }
}
