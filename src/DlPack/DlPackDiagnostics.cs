using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>Counts what is live, finds exports that nobody released, and tells of releases that failed.</summary>
/// <remarks>
/// The counters are always on. They are exact once the threads that made or released tensors are done with it; read
/// while others work, they are a close estimate. All members may be called from any thread.
/// </remarks>
public static class DlPackDiagnostics
{
    /// <summary>
    /// Raised when releasing a tensor failed: a release callback or <c>Dispose</c> threw, or a consumer was
    /// seen to call a deleter twice (not every such call can be seen). It comes on the thread that released, often a
    /// native one, where nothing can be thrown.
    /// </summary>
    /// <remarks>
    /// Without a handler the failure is written to standard error. What a handler throws is written there too.
    /// </remarks>
    public static event Action<Exception>? ReleaseFailed;

    /// <summary>The <see cref="DlPackObject"/>s that have been neither disposed nor finalized.</summary>
    public static long LiveObjects => PerThread.Sum().Objects;

    /// <summary>The <see cref="DlPackCapsule"/>s that have been neither consumed, disposed nor finalized.</summary>
    public static long LiveCapsules => PerThread.Sum().Capsules;

    /// <summary>The native structs that are lent out: their deleters have not run.</summary>
    public static long LiveBlocks => PerThread.Sum().Blocks;

    /// <summary>The managed buffers that this library keeps in place, each as often as it does.</summary>
    public static long LivePins => PerThread.Sum().Pins;

    /// <summary>The native memory blocks that this library has allocated for elements.</summary>
    public static long LiveAllocations => PerThread.Sum().Allocations;

    /// <summary>The tensors that were imported and whose producers' deleters have not been called.</summary>
    public static long LiveImports => PerThread.Sum().Imports;

    /// <summary>
    /// Whether each new export remembers the call stack it was made on, for <see cref="GetLiveExports"/>. Off at
    /// first: it makes exports some thousand times slower.
    /// </summary>
    public static bool TrackExports
    {
        get => ExportTracker.IsOn;
        set => ExportTracker.IsOn = value;
    }

    /// <summary>
    /// Whether this is a child that was forked from the process, runs no program of its own, and must not do anything
    /// in .NET: on Linux, unless everything was compiled ahead of time. In the asset for .NET Standard it is always
    /// false.
    /// </summary>
    /// <remarks>
    /// A child that compiles code writes to its parent's, which crashes. So there the deleters of this library do
    /// nothing, and what else native code calls in a child had better do the same. That is safe for what was compiled
    /// in the parent, best by <c>MethodImplOptions.AggressiveOptimization</c> and a first call. A child that was forked
    /// during a garbage collection waits for it for ever when it calls .NET, whatever for. The first tensor that is
    /// lent asks this.
    /// </remarks>
    public static bool IsForkedChild => ForkedChild.IsHere;

    /// <summary>The exports made while <see cref="TrackExports"/> was on whose deleters have not run yet.</summary>
    /// <returns>A copy of the present state, in no order.</returns>
    public static IReadOnlyList<DlPackLiveExport> GetLiveExports() => ExportTracker.Snapshot();

    /// <summary>Tells of a release that failed, without ever throwing.</summary>
    internal static void ReportReleaseFailure(Exception failure)
    {
        try
        {
            Action<Exception>? handlers = ReleaseFailed;
            if (handlers is not null)
            {
                handlers(failure);
                return;
            }
        }
        catch (Exception e)
        {
            failure = new AggregateException(failure, e);
        }

        try
        {
            Console.Error.WriteLine("DlPack: releasing a tensor failed: " + failure);
        }
        catch (Exception)
        {
            // Standard error is gone or closed, or the failure's own text fails; there is nobody left to tell, and
            // what leaves here would end the process on a native thread or the finalizer's.
        }
    }
}
