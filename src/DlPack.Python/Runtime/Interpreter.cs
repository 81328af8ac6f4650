using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>The Python of the process: started, about to end, ended, perhaps started again.</summary>
internal static unsafe class Interpreter
{
    private const long MainInterpreter = 0;

    private static readonly object _gate = new();
    private static readonly PyMethodDef* _closeMethod = Native.Method("_close"u8, &OnClose);

    private static volatile bool _isReady;
    private static bool _isLoaded;
    private static int _takingGil;

    // Changed by who has the GIL only.
    private static int _paused;
    private static int _forking;

    [ThreadStatic]
    private static int _ownPauses;

    /// <summary>What Python calls.</summary>
    public static nint[] Callbacks => [(nint)(delegate* unmanaged[Cdecl]<nint, nint, nint>)&OnClose];

    // Left in Python's module sys, of which each start has a new one.
    private static ReadOnlySpan<byte> ClosedMark => "_dlpack_closed"u8;

    /// <summary>Finds the functions, in a named library or in the process.</summary>
    /// <exception cref="DlPackException">There are none.</exception>
    public static void Load(string? path)
    {
        lock (_gate)
        {
            if (!_isLoaded)
            {
                if (!Environment.Is64BitProcess)
                {
                    throw new DlPackException("The Python bridge needs a 64-bit process.");
                }

                PythonLibrary.Load(path);
                _isLoaded = true;
            }
        }
    }

    /// <summary>Refuses interpreters that are not the main one. Needs the GIL.</summary>
    /// <exception cref="DlPackException">This is one.</exception>
    public static void RefuseSubInterpreter()
    {
        if (PythonApi.PyInterpreterState_GetID(PythonApi.PyInterpreterState_Get()) != MainInterpreter)
        {
            throw SubInterpreter();
        }
    }

    /// <summary>What says that a sub-interpreter has nothing to expect.</summary>
    public static DlPackException SubInterpreter() => new("Only Python's main interpreter is served, not a sub-interpreter.");

    /// <summary>Makes everything ready in this interpreter. Needs the GIL.</summary>
    /// <exception cref="DlPackException">It is an interpreter that the bridge does not serve.</exception>
    public static void Start()
    {
        if (_isReady)
        {
            return;
        }

        Load(path: null);
        if (BridgeState.IsClosing && PythonApi.PySys_GetObject(Text.Literal(ClosedMark)) != 0)
        {
            throw new DlPackException(
                "Python is about to end: nothing can be lent to it or borrowed from it any more.");
        }

        string version = Text.From(PythonApi.Py_GetVersion());
        if (version.Contains("free-threading", StringComparison.Ordinal))
        {
            throw new DlPackException(
                $"This is Python {version}, built without a GIL, whose objects are laid out in another way. Use the "
                + "ordinary build.");
        }

        RefuseSubInterpreter();
        BridgeState.Generation++;
        BridgeState.IsClosing = false;
        ReleaseQueue.Forget();
        Names.Make();
        PyTensorType.Make();
        ExchangeApiReader.Reset();
        DlpackMethodReader.Reset();
        DlpackKeywords.Reset();
        NumPyScalars.Reset();
        RegisterAtExit();
        Forks.Register();
        ForkedChild.Rehearse();
        FinalizerThread.Learn();
        _isReady = true;
    }

    /// <summary>
    /// Takes the GIL for a thread that has not got it, unless Python ends: then nothing may wait for it any more.
    /// </summary>
    /// <param name="state">What <see cref="LeaveFromOutside"/> wants back.</param>
    /// <returns>Whether the GIL was taken.</returns>
    public static bool TryEnterFromOutside(out int state)
    {
        state = 0;
        Interlocked.Increment(ref _takingGil);
        if (BridgeState.IsClosing || PythonApi.Py_IsInitialized() == 0)
        {
            Interlocked.Decrement(ref _takingGil);
            return false;
        }

        state = PythonApi.PyGILState_Ensure();
        return true;
    }

    /// <summary>Undoes <see cref="TryEnterFromOutside"/>.</summary>
    public static void LeaveFromOutside(int state)
    {
        PythonApi.PyGILState_Release(state);
        Interlocked.Decrement(ref _takingGil);
    }

    /// <summary>
    /// Lets go of the GIL, unless Python ends, in which case nobody may wait for it any more, or forks. Needs the GIL.
    /// </summary>
    /// <returns>What <see cref="Resume"/> wants; 0 if the GIL is still held.</returns>
    public static nint TryPause()
    {
        if (BridgeState.IsClosing || _forking > 0)
        {
            return 0;
        }

        Interlocked.Increment(ref _takingGil);
        _paused++;
        _ownPauses++;
        return PythonApi.PyEval_SaveThread();
    }

    /// <summary>Undoes <see cref="TryPause"/>.</summary>
    public static void Resume(nint thread)
    {
        PythonApi.PyEval_RestoreThread(thread);
        _ownPauses--;
        _paused--;
        Interlocked.Decrement(ref _takingGil);
    }

    /// <summary>
    /// Waits until no other thread works without the GIL, and has none begin: the child would inherit what such a
    /// thread has locked, and .NET's garbage collector there would wait for it to stop. Needs the GIL.
    /// </summary>
    public static void BeginFork()
    {
        _forking++;
        int own = _ownPauses;
        if (_paused > own && !BridgeState.IsClosing)
        {
            Interlocked.Increment(ref _takingGil);
            nint thread = PythonApi.PyEval_SaveThread();
            SpinWait.SpinUntil(() => Volatile.Read(ref _paused) <= own);
            PythonApi.PyEval_RestoreThread(thread);
            Interlocked.Decrement(ref _takingGil);
        }
    }

    /// <summary>Undoes <see cref="BeginFork"/> in the parent, also if there is no child. Needs the GIL.</summary>
    public static void EndFork() => _forking = Math.Max(_forking - 1, 0);

    /// <summary>What holds in a forked child, which has one thread, and that one has the GIL.</summary>
    public static void ForgetOtherThreads()
    {
        _forking = 0;
        _paused = _ownPauses;
        Volatile.Write(ref _takingGil, _ownPauses);
    }

    private static void RegisterAtExit()
    {
        nint atexit = PythonApi.PyImport_ImportModule(Text.Literal("atexit"u8));
        nint close = PythonApi.PyCFunction_NewEx(_closeMethod, 0, 0);
        nint* arguments = stackalloc nint[] { atexit, close };
        nint result = atexit == 0 || close == 0
            ? 0
            : PythonApi.PyObject_VectorcallMethod(Names.Register, arguments, 2, 0);
        Py.XDecRef(atexit);
        Py.XDecRef(close);
        if (result == 0)
        {
            throw PythonError.Take();
        }

        Py.DecRef(result);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnClose(nint self, nint arguments)
    {
        if (ForkedChild.IsHere)
        {
            return Py.NewNone();
        }

        BridgeState.IsClosing = true;
        _ = PythonApi.PySys_SetObject(Text.Literal(ClosedMark), PythonApi.True);
        _isReady = false;

        // A thread that waits for the GIL when Python ends never comes back: let those finish that wait for it now.
        if (Volatile.Read(ref _takingGil) > 0)
        {
            nint thread = PythonApi.PyEval_SaveThread();
            SpinWait.SpinUntil(() => Volatile.Read(ref _takingGil) <= 0);
            PythonApi.PyEval_RestoreThread(thread);
        }

        ReleaseQueue.Drain();
        return Py.NewNone();
    }
}
