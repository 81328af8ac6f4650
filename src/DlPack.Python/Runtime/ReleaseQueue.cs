using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>
/// References to Python objects that were given up where the GIL could not be had. They are dropped by the next one
/// that has it.
/// </summary>
internal static unsafe class ReleaseQueue
{
    // Without a lock, which a forked child might inherit from a thread that it has not got.
    private static readonly ConcurrentStack<nint> _waiting = new();
    private static int _isScheduled;

    /// <summary>What Python calls.</summary>
    public static nint[] Callbacks => [(nint)(delegate* unmanaged[Cdecl]<nint, int>)&OnPending];

    /// <summary>
    /// Gives back a reference to one of our objects, from any thread with or without the GIL. Waits for the GIL if
    /// that is safe, else leaves it to who has it next.
    /// </summary>
    public static void Release(PyTensor* tensor)
    {
        if (tensor->Generation != BridgeState.Generation)
        {
            // Of a Python that has ended; its memory is nobody's.
            return;
        }

        if (Gil.IsHeld)
        {
            PyTensor.DropReference(tensor);
        }
        else if (FinalizerThread.MayBeCurrent || Gil.MayBeAnothers)
        {
            Add((nint)tensor);
        }
        else if (Interpreter.TryEnterFromOutside(out int state))
        {
            PyTensor.DropReference(tensor);
            Interpreter.LeaveFromOutside(state);
        }
    }

    /// <summary>Drops what waits. Needs the GIL.</summary>
    public static void DrainIfAny()
    {
        if (BridgeState.Queued != 0)
        {
            Drain();
        }
    }

    /// <summary>Drops what waits, one by one, since dropping may run Python code, which may come back here.</summary>
    public static void Drain()
    {
        while (_waiting.TryPop(out nint tensor))
        {
            Interlocked.Decrement(ref BridgeState.Queued);
            PyTensor.DropReference((PyTensor*)tensor);
        }
    }

    /// <summary>Forgets what was left over from a Python that has ended.</summary>
    public static void Forget()
    {
        _waiting.Clear();
        ForgetOtherThreads();
    }

    /// <summary>What holds in a forked child, where nobody is in the middle of adding something.</summary>
    public static void ForgetOtherThreads()
    {
        BridgeState.Queued = _waiting.Count;
        Volatile.Write(ref _isScheduled, 0);
    }

    private static void Add(nint tensor)
    {
        Interlocked.Increment(ref BridgeState.Queued);
        _waiting.Push(tensor);

        // Python's own queue is short, and may be another interpreter's, where that is not clear; the next call into
        // the bridge drains ours then.
        bool schedule = !Gil.IsUnclear && Interlocked.Exchange(ref _isScheduled, 1) == 0;
        if (schedule && (BridgeState.IsClosing || PythonApi.Py_IsInitialized() == 0
            || PythonApi.Py_AddPendingCall((nint)(delegate* unmanaged[Cdecl]<nint, int>)&OnPending, 0) != 0))
        {
            Volatile.Write(ref _isScheduled, 0);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnPending(nint context)
    {
        if (ForkedChild.IsHere)
        {
            return 0;
        }

        Volatile.Write(ref _isScheduled, 0);
        if (Gil.IsHeld)
        {
            Drain();
        }

        return 0;
    }
}
