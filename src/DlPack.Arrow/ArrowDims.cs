namespace DlPackNet;

/// <summary>
/// The dimensions of an Arrow array while it is followed from the outside in. In memory they lie row-major; a
/// permutation only changes the order in which a reader sees them.
/// </summary>
internal sealed class ArrowDims(long length)
{
    private readonly List<long> _extents = [length];
    private readonly List<int> _order = [0];

    /// <summary>The extents in the order of the reader.</summary>
    public long[] Shape => [.. _order.Select(i => _extents[i])];

    /// <summary>
    /// The strides, in elements, in the order of the reader; empty where that is the order in memory.
    /// </summary>
    public long[] Strides
    {
        get
        {
            if (_order.SequenceEqual(Enumerable.Range(0, _order.Count)))
            {
                return [];
            }

            var strides = new long[_extents.Count];
            long next = 1;
            for (int i = strides.Length - 1; i >= 0; i--)
            {
                strides[i] = next;
                next *= Math.Max(_extents[i], 1);
            }

            return [.. _order.Select(i => strides[i])];
        }
    }

    /// <summary>Adds what lies inside: a tensor, or else a list of one dimension.</summary>
    /// <param name="tensor">The shape and order of the list's values; null for a plain list.</param>
    /// <param name="size">The list's size.</param>
    /// <exception cref="ArgumentException">The tensor's shape has another number of values.</exception>
    public void Add(FixedShapeTensorMetadata? tensor, int size)
    {
        if (tensor is null)
        {
            _order.Add(_extents.Count);
            _extents.Add(size);
            return;
        }

        if (tensor.Count != size)
        {
            throw new ArgumentException(
                $"The tensor shape [{string.Join(", ", tensor.Shape)}] needs lists of {tensor.Count} values, but they "
                + $"have {size}. Lend the Storage, which has one dimension less.",
                "array");
        }

        _order.AddRange(tensor.Permutation.Select(i => _extents.Count + i));
        _extents.AddRange(tensor.Shape.Select(extent => (long)extent));
    }
}
