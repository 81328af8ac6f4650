using System.Diagnostics;

namespace DlPackNet.Layout;

/// <summary>Copies the elements of one strided layout into another of the same shape.</summary>
/// <remarks>
/// The layout is first reduced to as few loops as it has (see <c>StridedCopy.Loops.cs</c>); a run that is contiguous
/// on both sides then counts as one wide item. What is left is a single block, a transpose, or plain nested loops.
/// </remarks>
internal static unsafe partial class StridedCopy
{
    /// <summary>Copies every element of <paramref name="source"/> to <paramref name="destination"/>.</summary>
    /// <param name="source">First element (index 0 in every dimension); may be null when an extent is zero.</param>
    /// <param name="sourceStrides">One stride a dimension, in elements; any sign, any order, zero to broadcast.</param>
    /// <param name="destination">First element; its memory must not overlap the source's.</param>
    /// <param name="destinationStrides">One stride a dimension, in elements; no two elements may coincide.</param>
    /// <param name="shape">The extents, outermost first, at most 64; empty for a single element.</param>
    /// <param name="itemSize">Bytes in an element, at least 1. Neither side needs to be aligned to it.</param>
    public static void Copy(
        byte* source,
        ReadOnlySpan<long> sourceStrides,
        byte* destination,
        ReadOnlySpan<long> destinationStrides,
        ReadOnlySpan<long> shape,
        int itemSize)
    {
        Debug.Assert(shape.Length <= TensorLayout.MaxDimensions);
        Debug.Assert(sourceStrides.Length == shape.Length && destinationStrides.Length == shape.Length);

        if (shape.IndexOf(0L) >= 0)
        {
            return;
        }

        Span<Loop> loops = stackalloc Loop[shape.Length];
        loops = loops[..Collect(sourceStrides, destinationStrides, shape, itemSize, loops)];
        TurnForward(loops, ref source, ref destination);
        SortByDestination(loops);
        loops = loops[..Merge(loops)];

        nint width = itemSize;
        if (!loops.IsEmpty && loops[^1].IsContiguous(width))
        {
            width *= loops[^1].Extent;
            loops = loops[..^1];
        }

        if (loops.IsEmpty)
        {
            Buffer.MemoryCopy(source, destination, width, width);
        }
        else
        {
            CopyItems(source, destination, loops, width);
        }
    }

    /// <summary>Picks the item type once, so that the loops below it are compiled for one item size each.</summary>
    private static void CopyItems(byte* source, byte* destination, Span<Loop> loops, nint width)
    {
        switch (width)
        {
            case 1: CopyItems(source, destination, loops, width, default(WholeItem<byte>)); break;
            case 2: CopyItems(source, destination, loops, width, default(WholeItem<ushort>)); break;
            case 4: CopyItems(source, destination, loops, width, default(WholeItem<uint>)); break;
            case 8: CopyItems(source, destination, loops, width, default(WholeItem<ulong>)); break;
            case 16: CopyItems(source, destination, loops, width, default(WholeItem<Block16>)); break;
            case < 4: CopyItems(source, destination, loops, width, new SplitItem<ushort>(width)); break;
            case < 8: CopyItems(source, destination, loops, width, new SplitItem<uint>(width)); break;
            case < 16: CopyItems(source, destination, loops, width, new SplitItem<ulong>(width)); break;
            case <= 32: CopyItems(source, destination, loops, width, new SplitItem<Block16>(width)); break;
            case <= 64: CopyItems(source, destination, loops, width, new SplitItem<Block32>(width)); break;
            default: CopyItems(source, destination, loops, width, new LongItem(width)); break;
        }
    }

    private static void CopyItems<TItem>(byte* source, byte* destination, Span<Loop> loops, nint width, TItem item)
        where TItem : struct, IItem
    {
        if (IsTranspose(loops, width, out int unitLoop))
        {
            CopyTransposed(source, destination, loops, unitLoop, width, item);
            return;
        }

        Loop rows = loops.Length > 1 ? loops[^2] : new Loop(1, 0, 0);
        var plane = new StridedPlane<TItem>(rows, loops[^1], item);
        Walk(loops[..Math.Max(loops.Length - 2, 0)], source, destination, ref plane);
    }
}
