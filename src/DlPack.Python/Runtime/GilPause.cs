namespace DlPackNet.Python;

/// <summary>
/// The GIL let go of for a few lines that may wait for a GPU or copy much, and taken back when disposed. What they wait
/// for may be another thread of Python's, such as one that runs a stream's callback. They touch nothing of Python.
/// </summary>
internal readonly ref struct GilPause
{
    private readonly nint _thread;

    private GilPause(nint thread) => _thread = thread;

    /// <summary>Lets go, if it pays and if it is certain that the GIL can be had again. Needs the GIL.</summary>
    public static GilPause BeginIf(bool pays) => pays ? new(Interpreter.TryPause()) : default;

    /// <summary>Takes it back, if it was let go of.</summary>
    public void Dispose()
    {
        if (_thread != 0)
        {
            Interpreter.Resume(_thread);
        }
    }
}
