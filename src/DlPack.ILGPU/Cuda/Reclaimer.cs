using System.Collections.Concurrent;

namespace DlPackNet;

/// <summary>
/// Gives memory back once the GPU is done with it, on a thread of its own: whoever lets go is not blocked. In a
/// forked child it gives back nothing of its parent's.
/// </summary>
internal static class Reclaimer
{
    private static readonly BlockingCollection<Pending> _queue = [];
    private static readonly Lazy<Thread> _thread = new(StartThread);
    private static readonly object _gate = new();
    private static int _unfinished;

    // What is waited for: the event; where that is 0 the stream, and where that is null all of the GPU.
    private sealed record Pending(PrimaryContext Context, bool Waits, long? Stream, nint Event, Action Release);

    /// <summary>
    /// Releases something when a stream has done all that it has been given up to now. Never throws, since finalizers
    /// and consumers' deleters call this.
    /// </summary>
    /// <param name="context">The stream's context.</param>
    /// <param name="stream">
    /// The stream; null for one that is not known or no longer there: then all of the GPU is waited for.
    /// </param>
    /// <param name="release">
    /// Gives the memory back; called with the context current, never in a child that inherited it or after the
    /// driver's end.
    /// </param>
    public static void After(PrimaryContext context, long? stream, Action release)
    {
        if (context.IsInherited)
        {
            return;
        }

        nint handle = 0;
        if (stream is { } number && Record(context, number, out handle) is not 0 and int error
            && !Driver.IsOfCapture(error))
        {
            // The stream has been destroyed behind our back, or the GPU has failed.
            stream = null;
        }

        Add(new Pending(context, Waits: true, stream, handle, release));
    }

    /// <summary>As <see cref="After"/>, for what nothing works on any more.</summary>
    public static void Now(PrimaryContext context, Action release)
    {
        if (!context.IsInherited)
        {
            Add(new Pending(context, Waits: false, Stream: null, Event: 0, release));
        }
    }

    /// <summary>Blocks until all that has been asked for is released; a release itself does not wait.</summary>
    public static void Drain()
    {
        if (_thread.IsValueCreated && _thread.Value == Thread.CurrentThread)
        {
            return;
        }

        lock (_gate)
        {
            while (_unfinished > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    private static void Add(Pending pending)
    {
        Count(1);
        try
        {
            _ = _thread.Value;
            _queue.Add(pending);
        }
        catch
        {
            Count(-1);
            throw;
        }
    }

    private static void Count(int change)
    {
        lock (_gate)
        {
            _unfinished += change;
            Monitor.PulseAll(_gate);
        }
    }

    private static Thread StartThread()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "DlPack CUDA release" };
        thread.Start();
        return thread;
    }

    private static void Run()
    {
        // For the thread's life: what is let go of may be noticed by a garbage collection, while anybody captures.
        using CaptureScope others = CaptureScope.Undisturbed();
        foreach (Pending pending in _queue.GetConsumingEnumerable())
        {
            Finish(pending);
            Count(-1);
        }
    }

    // An event that is recorded on a stream that is being captured would be the graph's, and nobody could wait for it.
    private static int Record(PrimaryContext context, long stream, out nint handle)
    {
        handle = 0;
        int pushed = Driver.cuCtxPushCurrent_v2(context.Handle);
        if (pushed != 0)
        {
            return pushed;
        }

        int error = Driver.AskCapture(stream);
        error = error != 0 ? error : context.TryRecord(stream, out handle);
        _ = Driver.cuCtxPopCurrent_v2(out _);
        return error;
    }

    private static void Finish(Pending pending)
    {
        int pushed = Driver.cuCtxPushCurrent_v2(pending.Context.Handle);
        int waited = pushed == 0 && pending.Waits ? Wait(pending) : pushed;

        // The process is ending, and all memory with it.
        if (waited != Driver.Deinitialized)
        {
            // A GPU that has failed works on nothing any more: what was lent is given back all the same.
            Try(() => Driver.Check(waited, "wait for the GPU before memory is released"));
            Try(pending.Release);
        }

        if (pushed == 0)
        {
            _ = Driver.cuCtxPopCurrent_v2(out _);
        }
    }

    // While something is captured that leaves no way to wait, the memory may be in use. CUDA tells nobody when a
    // capture ends, so it is asked again, on this thread, which has nothing else to do in order.
    private static int Wait(Pending pending)
    {
        (long? stream, nint handle) = (pending.Stream, pending.Event);
        while (true)
        {
            int error = handle == 0 && stream is { } number ? Record(pending.Context, number, out handle) : 0;
            if (error != 0 && !Driver.IsOfCapture(error))
            {
                (stream, error) = (null, 0);
            }

            error = error != 0 ? error : handle != 0 ? Driver.cuEventSynchronize(handle) : Driver.cuCtxSynchronize();
            if (handle != 0)
            {
                pending.Context.Recycle(handle);
                handle = 0;
            }

            if (!Driver.IsOfCapture(error))
            {
                return error;
            }

            Thread.Sleep(1);
        }
    }

    // There is no caller to tell, and the thread must go on: reported as what an owner's release throws.
    private static void Try(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            DlPackOwner owner = DlPackOwner.FromCallback(() => throw e);
            DlPack.AsDlPack(0, Interop.DLDataType.UInt8, [0], owner: owner).Dispose();
        }
    }
}
