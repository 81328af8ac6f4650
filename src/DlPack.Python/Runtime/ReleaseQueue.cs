using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>
/// References to Python objects that were given up where the GIL could not be had. They are dropped by the next one
/// that has it.
/// </summary>
internal static unsafe class ReleaseQueue
{
    private static readonly object _gate = new();
    private static readonly Stack<nint> _waiting = new();
    private static bool _isScheduled;

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
        else if (FinalizerThread.MayBeCurrent)
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
        while (true)
        {
            nint tensor;
            lock (_gate)
            {
                if (!_waiting.TryPop(out tensor))
                {
                    return;
                }

                BridgeState.Queued--;
            }

            PyTensor.DropReference((PyTensor*)tensor);
        }
    }

    /// <summary>Forgets what was left over from a Python that has ended.</summary>
    public static void Forget()
    {
        lock (_gate)
        {
            _waiting.Clear();
            BridgeState.Queued = 0;
            _isScheduled = false;
        }
    }

    private static void Add(nint tensor)
    {
        bool schedule;
        lock (_gate)
        {
            _waiting.Push(tensor);
            BridgeState.Queued++;
            schedule = !_isScheduled;
            _isScheduled = true;
        }

        // Python's own queue is short; if it is full, the next call into the bridge drains ours.
        if (schedule && (BridgeState.IsClosing || PythonApi.Py_IsInitialized() == 0
            || PythonApi.Py_AddPendingCall((nint)(delegate* unmanaged[Cdecl]<nint, int>)&OnPending, 0) != 0))
        {
            Volatile.Write(ref _isScheduled, false);
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

        Volatile.Write(ref _isScheduled, false);
        Drain();
        return 0;
    }
}
