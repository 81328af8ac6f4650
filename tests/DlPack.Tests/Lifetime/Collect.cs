using System.Runtime;
using System.Runtime.CompilerServices;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Garbage collections that leave nothing to chance.</summary>
internal static class Collect
{
    /// <summary>Collects until everything unreachable is finalized, and what only that kept alive too.</summary>
    public static void Everything()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    /// <summary>Moves every object that is free to move, the large ones included.</summary>
    public static void Compacting()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
    }

    /// <summary>Arrays with holes between them once the garbage is collected, so that compacting moves them.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T[][] ArraysAmidGarbage<T>(int count, int length)
    {
        var all = new T[2 * count][];
        for (int i = 0; i < all.Length; i++)
        {
            all[i] = new T[length];
        }

        return [.. all.Where((_, i) => i % 2 == 1)];
    }
}
