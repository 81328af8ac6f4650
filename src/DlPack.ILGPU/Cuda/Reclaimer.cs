using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// Gives memory back once the GPU is done with it, on a thread of its own: whoever lets go is not blocked.
/// </summary>
internal static partial class Reclaimer
{
    private static readonly BlockingCollection<Pending> _queue = [];
    private static readonly Lazy<Thread> _thread = new(StartThread);
    private static readonly object _gate = new();
    private static int _processId;
    private static int _unfinished;

    private const nint WholeGpu = 0;
    private const nint Nothing = -1;

    // The event that is waited for, or one of the above.
    private sealed record Pending(PrimaryContext Context, nint Event, Action Release);

    /// <summary>Remembers whose GPU it is, before anything is lent: a child must not be the first to ask.</summary>
    public static void Start() => _processId = Environment.ProcessId;

    /// <summary>
    /// Whether this is a forked child of the process: it has no GPU, and what it lets go of is its parent's.
    /// </summary>
    public static bool IsForkedChild => !OperatingSystem.IsWindows() && getpid() != _processId;

    /// <summary>
    /// Releases something when a stream has done all that it has been given up to now. Never throws, since finalizers
    /// and consumers' deleters call this.
    /// </summary>
    /// <param name="context">The stream's context.</param>
    /// <param name="stream">
    /// The stream; null for one that is not known or no longer there: then all of the GPU is waited for.
    /// </param>
    /// <param name="release">
    /// Gives the memory back; called with the context current, never in a forked child or after the driver's end.
    /// </param>
    public static void After(PrimaryContext context, long? stream, Action release)
    {
        if (IsForkedChild)
        {
            return;
        }

        Add(new Pending(context, stream is { } number ? TryRecord(context, number) : WholeGpu, release));
    }

    /// <summary>As <see cref="After"/>, for what nothing works on any more.</summary>
    public static void Now(PrimaryContext context, Action release)
    {
        if (!IsForkedChild)
        {
            Add(new Pending(context, Nothing, release));
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
        lock (_gate)
        {
            _unfinished++;
        }

        _ = _thread.Value;
        _queue.Add(pending);
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
            lock (_gate)
            {
                _unfinished--;
                Monitor.PulseAll(_gate);
            }
        }
    }

    // All of the GPU where that fails: the stream has been destroyed behind our back, or the GPU has failed.
    private static nint TryRecord(PrimaryContext context, long stream)
    {
        try
        {
            using ContextScope scope = ContextScope.Of(context.Handle);
            return context.Record(stream);
        }
        catch (DlPackException)
        {
            return WholeGpu;
        }
    }

    private static void Finish(Pending pending)
    {
        int pushed = Driver.cuCtxPushCurrent_v2(pending.Context.Handle);
        int waited = pushed != 0 ? pushed : Wait(pending.Event);
        if (pending.Event is not (WholeGpu or Nothing))
        {
            pending.Context.Recycle(pending.Event);
        }

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

    private static int Wait(nint what) => what switch
    {
        Nothing => 0,
        WholeGpu => Driver.cuCtxSynchronize(),
        _ => Driver.cuEventSynchronize(what),
    };

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

    [LibraryImport("libc")]
    private static partial int getpid();
}
