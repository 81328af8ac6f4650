namespace DlPackNet.Layout;

internal static unsafe partial class StridedCopy
{
    /// <summary>One dimension of the copy; strides in bytes.</summary>
    private readonly struct Loop(nint extent, nint sourceStride, nint destinationStride)
    {
        public readonly nint Extent = extent;
        public readonly nint SourceStride = sourceStride;
        public readonly nint DestinationStride = destinationStride;

        /// <summary>Whether items of <paramref name="width"/> bytes follow one another on both sides.</summary>
        public bool IsContiguous(nint width) => SourceStride == width && DestinationStride == width;

        /// <summary>Whether one step of this loop is exactly a whole run of <paramref name="inner"/>.</summary>
        public bool Continues(Loop inner) =>
            SourceStride == inner.Extent * inner.SourceStride
            && DestinationStride == inner.Extent * inner.DestinationStride;
    }

    /// <summary>Turns dimensions into loops and returns how many there are.</summary>
    private static int Collect(
        ReadOnlySpan<long> sourceStrides,
        ReadOnlySpan<long> destinationStrides,
        ReadOnlySpan<long> shape,
        int itemSize,
        Span<Loop> loops)
    {
        int count = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            // The stride of a dimension of extent 1 means nothing, and may be anything.
            if (shape[i] != 1)
            {
                loops[count++] = new Loop(
                    (nint)shape[i], (nint)sourceStrides[i] * itemSize, (nint)destinationStrides[i] * itemSize);
            }
        }

        return count;
    }

    /// <summary>Makes destination strides positive, so that dimensions flipped on both sides can merge.</summary>
    private static void TurnForward(Span<Loop> loops, ref byte* source, ref byte* destination)
    {
        foreach (ref Loop loop in loops)
        {
            if (loop.DestinationStride < 0)
            {
                loop = Reverse(loop, ref source, ref destination);
            }
        }
    }

    /// <summary>The same loop run from its last index to its first; moves both pointers to the new start.</summary>
    private static Loop Reverse(Loop loop, ref byte* source, ref byte* destination)
    {
        source += (loop.Extent - 1) * loop.SourceStride;
        destination += (loop.Extent - 1) * loop.DestinationStride;
        return new Loop(loop.Extent, -loop.SourceStride, -loop.DestinationStride);
    }

    /// <summary>Puts the largest destination stride outermost: scattered writes cost more than reads.</summary>
    private static void SortByDestination(Span<Loop> loops)
    {
        for (int i = 1; i < loops.Length; i++)
        {
            Loop loop = loops[i];
            int slot = i;
            for (; slot > 0 && loops[slot - 1].DestinationStride < loop.DestinationStride; slot--)
            {
                loops[slot] = loops[slot - 1];
            }

            loops[slot] = loop;
        }
    }

    /// <summary>Joins neighbours that step as one loop on both sides and returns how many loops remain.</summary>
    private static int Merge(Span<Loop> loops)
    {
        if (loops.IsEmpty)
        {
            return 0;
        }

        int last = 0;
        for (int i = 1; i < loops.Length; i++)
        {
            Loop outer = loops[last];
            Loop inner = loops[i];
            if (outer.Continues(inner))
            {
                loops[last] = new Loop(outer.Extent * inner.Extent, inner.SourceStride, inner.DestinationStride);
            }
            else
            {
                loops[++last] = inner;
            }
        }

        return last + 1;
    }
}
