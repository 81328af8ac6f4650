namespace DlPackNet.Tests;

/// <summary>What <see cref="DlPackDiagnostics"/> counts as live, at one moment.</summary>
internal readonly record struct LiveCounts(
    long Objects = 0, long Capsules = 0, long Blocks = 0, long Pins = 0, long Allocations = 0, long Imports = 0)
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

    /// <summary>What has been made since, less what has been released.</summary>
    public static LiveCounts operator -(LiveCounts left, LiveCounts right) => new(
        left.Objects - right.Objects,
        left.Capsules - right.Capsules,
        left.Blocks - right.Blocks,
        left.Pins - right.Pins,
        left.Allocations - right.Allocations,
        left.Imports - right.Imports);
}
