namespace DlPackNet.Layout;

/// <summary>
/// The last row-major dims of each number of dimensions that a thread has laid out. Programs lend the same few shapes
/// again and again, and what is known already needs neither checks nor memory of its own: dims never change.
/// </summary>
internal sealed class RecentDims
{
    private const int MaxDimensions = 8;

    private readonly long[][] _dims = new long[MaxDimensions + 1][];

    /// <summary>What <see cref="TensorLayout.Write"/> writes, in an array that others may have as well.</summary>
    /// <returns>The dims, which nobody may change.</returns>
    /// <exception cref="ArgumentException">
    /// Too many, negative or overflowing extents; strides of another length.
    /// </exception>
    /// <inheritdoc cref="TensorLayout.Write"/>
    public long[] Lay(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, out long length, out long first, out long last)
    {
        int ndim = shape.Length;
        if (ndim <= MaxDimensions && _dims[ndim] is { } known && Are(known, shape, strides))
        {
            // Only what has elements is kept here.
            length = ndim == 0 ? 1 : known[0] * known[ndim];
            first = 0;
            last = length - 1;
            return known;
        }

        return LayAnew(shape, strides, out length, out first, out last);
    }

    private long[] LayAnew(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, out long length, out long first, out long last)
    {
        int ndim = shape.Length;
        var dims = new long[2 * ndim];
        length = TensorLayout.Write(shape, strides, dims, out first, out last);
        if (ndim <= MaxDimensions && length > 0 && TensorLayout.IsContiguous(dims))
        {
            _dims[ndim] = dims;
        }

        return dims;
    }

    private static bool Are(ReadOnlySpan<long> known, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides) =>
        TensorLayout.AreSame(known.Slice(0, shape.Length), shape)
        && (strides.IsEmpty || TensorLayout.AreSame(known.Slice(shape.Length), strides));
}
