using DlPackNet.Interop;
using DlPackNet.Layout;

namespace DlPackNet.Text;

/// <summary>Which elements of a tensor are printed, and where they lie.</summary>
internal sealed class ShownElements
{
    /// <summary>Tensors of more elements than this are shortened.</summary>
    private const int Threshold = 1000;

    /// <summary>How many entries a shortened axis keeps at either end.</summary>
    private const int EdgeItems = 3;

    // Shortening keeps axes of up to 6 entries whole, so many of those still multiply into billions of values.
    // Both limits are far beyond what anybody reads.
    private const int MaxShown = 100_000;

    private ShownElements(int[] counts, bool[] gaps, long[] bitOffsets, bool isCut)
    {
        Counts = counts;
        Gaps = gaps;
        BitOffsets = bitOffsets;
        IsCut = isCut;
    }

    /// <summary>How many entries of each axis are shown, lanes being the last axis.</summary>
    public int[] Counts { get; }

    /// <summary>Which axes have entries left out of their middle.</summary>
    public bool[] Gaps { get; }

    /// <summary>The bits between the first element and each shown one, in the order of printing.</summary>
    public long[] BitOffsets { get; }

    /// <summary>Whether inner axes were left out, so that each offset stands for a whole sub-tensor.</summary>
    public bool IsCut { get; }

    /// <summary>Whether the tensor has no elements.</summary>
    public bool IsEmpty => BitOffsets.Length == 0;

    /// <summary>Selects the elements of a tensor.</summary>
    public static ShownElements Of(
        DLDataType dtype, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, bool padded)
    {
        // Lanes of one element always lie side by side; only whole elements are padded.
        long elementBits = padded ? (dtype.BitsPerElement + 7) & ~7 : dtype.BitsPerElement;
        int rank = shape.Length + (dtype.lanes > 1 ? 1 : 0);
        var extents = new long[rank];
        var steps = new long[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            bool isLane = axis == shape.Length;
            extents[axis] = isLane ? dtype.lanes : shape[axis];
            // The stride of an axis of one entry may be anything, so this may overflow; it is never used then.
            steps[axis] = isLane ? dtype.bits : unchecked(strides[axis] * elementBits);
        }

        return Select(extents, steps);
    }

    private static ShownElements Select(long[] extents, long[] steps)
    {
        if (extents.Any(static extent => extent <= 0))
        {
            return new ShownElements([], [], [], isCut: false);
        }

        bool isShortened = ExceedsThreshold(extents);
        var counts = new List<int>();
        var gaps = new List<bool>();
        long[] offsets = [0];
        for (int axis = 0; axis < extents.Length; axis++)
        {
            bool hasGap = isShortened && extents[axis] > 2 * EdgeItems;
            int count = hasGap ? 2 * EdgeItems : (int)extents[axis];
            if (axis == TensorLayout.MaxDimensions || (long)offsets.Length * count > MaxShown)
            {
                return new ShownElements([.. counts], [.. gaps], offsets, isCut: true);
            }

            counts.Add(count);
            gaps.Add(hasGap);
            offsets = Extend(offsets, count, hasGap ? extents[axis] - count : 0, steps[axis]);
        }

        return new ShownElements([.. counts], [.. gaps], offsets, isCut: false);
    }

    /// <summary>Multiplies out, without overflow, until the answer is known.</summary>
    private static bool ExceedsThreshold(long[] extents)
    {
        long size = 1;
        foreach (long extent in extents)
        {
            size = Math.Min(size, Threshold + 1) * Math.Min(extent, Threshold + 1);
        }

        return size > Threshold;
    }

    /// <summary>Goes one axis deeper: every offset becomes the offsets of the entries shown below it.</summary>
    private static long[] Extend(long[] offsets, int count, long leftOut, long step)
    {
        var extended = new long[offsets.Length * count];
        for (int i = 0; i < extended.Length; i++)
        {
            int entry = i % count;
            long index = leftOut > 0 && entry >= EdgeItems ? entry + leftOut : entry;
            extended[i] = offsets[i / count] + (index * step);
        }

        return extended;
    }
}
