using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// Gives memory back once the GPU is done with it, on a thread of its own: whoever lets go is not blocked.
/// </summary>
internal static partial class Reclaimer
{
    private static readonly int _processId = Environment.ProcessId;
    private static readonly BlockingCollection<Pending> _queue = [];
    private static readonly Lazy<Thread> _thread = new(Start);
    private static readonly object _gate = new();
    private static int _unfinished;

    private sealed record Pending(PrimaryContext Context, nint Event, Action Release);

    /// <summary>
    /// Whether this is a forked child of the process: it has no GPU, and what it lets go of is its parent's.
    /// </summary>
    public static bool IsForkedChild => !OperatingSystem.IsWindows() && getpid() != _processId;

    /// <summary>Releases something when a stream has done all that it has been given up to now.</summary>
    /// <param name="context">The stream's context.</param>
    /// <param name="stream">The stream.</param>
    /// <param name="release">Gives the memory back; called with the context current, never in a forked child.</param>
    public static void After(PrimaryContext context, long stream, Action release)
    {
        if (IsForkedChild)
        {
            return;
        }

        nint handle;
        using (ContextScope.Of(context.Handle))
        {
            handle = context.Record(stream);
        }

        lock (_gate)
        {
            _unfinished++;
        }

        _ = _thread.Value;
        _queue.Add(new Pending(context, handle, release));
    }

    /// <summary>Blocks until all that has been asked for is released.</summary>
    public static void Drain()
    {
        lock (_gate)
        {
            while (_unfinished > 0)
            {
                Monitor.Wait(_gate);
            }
        }
    }

    private static Thread Start()
    {
        var thread = new Thread(Run) { IsBackground = true, Name = "DlPack CUDA release" };
        thread.Start();
        return thread;
    }

    private static void Run()
    {
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

    private static void Finish(Pending pending)
    {
        try
        {
            using ContextScope scope = ContextScope.Of(pending.Context.Handle);
            Driver.Check(Driver.cuEventSynchronize(pending.Event), "wait for the GPU before memory is released");
            pending.Context.Recycle(pending.Event);
            pending.Release();
        }
        catch (Exception e)
        {
            // As an owner's release does: there is no caller to tell, and the thread must go on.
            DlPackOwner owner = DlPackOwner.FromCallback(() => throw e);
            DlPack.AsDlPack(0, Interop.DLDataType.UInt8, [0], owner: owner).Dispose();
        }
    }

    [LibraryImport("libc")]
    private static partial int getpid();
}
