namespace DlPackNet.Python;

/// <summary>Python's global lock, held by this thread until disposed.</summary>
internal readonly ref struct Gil
{
    private readonly int _state;
    private readonly bool _wasTaken;

    private Gil(int state)
    {
        _state = state;
        _wasTaken = true;
    }

    /// <summary>Whether this thread has the lock of the interpreter that we serve.</summary>
    public static unsafe bool IsHeld
    {
        get
        {
            // Both, since before 3.12 the second is of whichever thread has it.
            nint own = PythonApi.PyGILState_GetThisThreadState();
            return own != 0 && own == PythonApi.PyThreadState_GetUnchecked() && IsOfMain(own);
        }
    }

    /// <summary>
    /// Whether this thread works for a sub-interpreter, with its lock or without: Python would give it that one, which
    /// is not the lock that we need, and may be another.
    /// </summary>
    public static unsafe bool IsAnothers => PythonApi.PyGILState_GetThisThreadState() is var own && own != 0
        && !IsOfMain(own);

    /// <summary>Whether a thread that has not got the lock may be such a one.</summary>
    public static bool MayBeAnothers => IsAnothers || IsUnclear;

    /// <summary>
    /// Whether this thread may work for an interpreter that cannot be told. Before 3.12 a thread of the main
    /// interpreter that works for another looks like one that has no lock, and would wait for itself; but from the
    /// first sub-interpreter on, Python says to every thread that it has the lock.
    /// </summary>
    public static unsafe bool IsUnclear =>
        !PythonApi.TellsInterpretersOfThreads && PythonApi.PyGILState_Check() != 0;

    /// <summary>Takes the lock, if this thread has not got it, and makes the bridge ready.</summary>
    /// <exception cref="DlPackException">There is no Python, or it ends.</exception>
    public static Gil Acquire()
    {
        Interpreter.Load(path: null);
        Gil gil = default;
        if (IsAnothers)
        {
            throw Interpreter.SubInterpreter();
        }

        if (!IsHeld)
        {
            gil = Interpreter.TryEnterFromOutside(out int state)
                ? new Gil(state)
                : throw new DlPackException("Python is not running: it has not been initialized, or it ends.");
        }

        try
        {
            Interpreter.Start();
            ReleaseQueue.DrainIfAny();
            return gil;
        }
        catch
        {
            gil.Dispose();
            throw;
        }
    }

    /// <summary>Gives the lock back, if it was taken here.</summary>
    public void Dispose()
    {
        if (_wasTaken)
        {
            Interpreter.LeaveFromOutside(_state);
        }
    }

    private static unsafe bool IsOfMain(nint thread) =>
        PythonApi.PyThreadState_GetInterpreter(thread) == PythonApi.PyInterpreterState_Main();
}
