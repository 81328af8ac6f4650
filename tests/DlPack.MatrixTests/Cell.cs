using System.Runtime.CompilerServices;
using DlPackNet.Tests;

namespace DlPackNet.MatrixTests;

/// <summary>What happened between two libraries.</summary>
/// <param name="Outcome">One word.</param>
/// <param name="Reason">Why it is not "shared"; empty where it is.</param>
internal sealed record Cell(string Outcome, string Reason)
{
    /// <summary>One writes and the other sees it, both ways.</summary>
    public const string Shared = "shared";

    /// <summary>The producer writes and the consumer sees it, but does not write itself.</summary>
    public const string ReadOnly = "read-only";

    /// <summary>Nothing that a table should say.</summary>
    public const string Failed = "FAILED";

    /// <summary>Hands a buffer from one library to the other, and counts that nothing is left behind.</summary>
    public static Cell Run(Library producer, Library consumer)
    {
        LiveCounts before = LiveCounts.AfterFinalizers();
        Cell cell;
        try
        {
            cell = Exchange(producer, consumer);
        }
        catch (DlPackException e)
        {
            cell = new Cell("refused", e.Message);
        }

        LiveCounts left = LiveCounts.AfterFinalizers() - before;
        return left == default ? cell : new Cell(Failed, $"left behind: {left}");
    }

    // Apart, so that no local of it keeps anything alive when the counts are taken.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Cell Exchange(Library producer, Library consumer)
    {
        Lent lent = producer.Lend();
        for (int i = 0; i < 6; i++)
        {
            lent.Set(i / 3, i % 3, i + 1);
        }

        // The source is gone when the consumer looks: only what the consumer holds keeps the memory.
        using DlPackCapsule capsule = lent.Tensor.Dlpack();
        using DlPackObject tensor = DlPack.FromDlpack(capsule);
        lent.Tensor.Dispose();
        using Taken taken = consumer.Take(tensor);
        for (int i = 0; i < 6; i++)
        {
            if (taken.Get(i / 3, i % 3) != i + 1)
            {
                return new Cell(Failed, $"element {i} is {taken.Get(i / 3, i % 3)}, not {i + 1}");
            }
        }

        lent.Set(0, 1, 50);
        if (taken.Get(0, 1) != 50)
        {
            return new Cell(Failed, "the consumer does not see what the producer writes");
        }

        if (taken.Set is null)
        {
            Library cause = tensor.IsReadOnly ? producer : consumer;
            return new Cell(ReadOnly, cause.ReadOnlyBecause ?? throw new NotSupportedException());
        }

        taken.Set(1, 2, 60);
        return lent.Get(1, 2) == 60
            ? new Cell(Shared, string.Empty)
            : new Cell(Failed, "the producer does not see what the consumer writes");
    }
}
