namespace DlPackNet;

/// <summary>
/// Gives up a lock for a few lines of code, if this thread has it. ILGPU disposes under its accelerator's lock, and
/// whoever releases a tensor may have to wait for a thread that wants that lock: Python for one that has the GIL.
/// </summary>
internal readonly ref struct LockPause
{
    private readonly object _gate;
    private readonly int _depth;

    /// <summary>Gives it up, however often it was taken.</summary>
    public LockPause(object gate)
    {
        _gate = gate;
        while (Monitor.IsEntered(gate))
        {
            Monitor.Exit(gate);
            _depth++;
        }
    }

    /// <summary>Takes it as often again.</summary>
    public void Dispose()
    {
        for (int i = 0; i < _depth; i++)
        {
            Monitor.Enter(_gate);
        }
    }
}
