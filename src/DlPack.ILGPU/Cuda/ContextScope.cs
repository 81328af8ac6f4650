namespace DlPackNet;

/// <summary>
/// Makes a CUDA context the thread's current one for a few lines of code. What was current before, perhaps another
/// library's, is so again afterwards.
/// </summary>
internal readonly ref partial struct ContextScope
{
    private readonly bool _isPushed;

    private ContextScope(nint context)
    {
        Driver.Check(Driver.cuCtxPushCurrent_v2(context), "make a context current");
        _isPushed = true;
    }

    /// <summary>A context.</summary>
    public static ContextScope Of(nint context) => new(context);

    /// <summary>Restores what was current.</summary>
    public void Dispose()
    {
        if (_isPushed)
        {
            _ = Driver.cuCtxPopCurrent_v2(out _);
        }
    }
}
