namespace DlPackNet.Tests.Facade;

/// <summary>What <see cref="DlPackDiagnostics"/> counts as live, at one moment.</summary>
internal readonly record struct LiveCounts(
    long Objects, long Capsules, long Blocks, long Pins, long Allocations, long Imports)
{
    /// <summary>The counts of this moment.</summary>
    public static LiveCounts Now => new(
        DlPackDiagnostics.LiveObjects,
        DlPackDiagnostics.LiveCapsules,
        DlPackDiagnostics.LiveBlocks,
        DlPackDiagnostics.LivePins,
        DlPackDiagnostics.LiveAllocations,
        DlPackDiagnostics.LiveImports);

    /// <summary>The counts once everything that was forgotten has been finalized.</summary>
    public static LiveCounts AfterFinalizers()
    {
        // Twice: what a finalizer lets go of may have a finalizer itself.
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        return Now;
    }

    /// <summary>What has come on top since another moment.</summary>
    public LiveCounts Since(LiveCounts before) => new(
        Objects - before.Objects,
        Capsules - before.Capsules,
        Blocks - before.Blocks,
        Pins - before.Pins,
        Allocations - before.Allocations,
        Imports - before.Imports);
}
