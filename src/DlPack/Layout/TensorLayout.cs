using System.Runtime.CompilerServices;

namespace DlPackNet.Layout;

/// <summary>The one place that knows shape, strides, extents and contiguity. All units are elements.</summary>
/// <remarks>
/// Dimensions travel as one run of numbers, "dims": the shape and behind it the strides.
/// Everything is checked: a tensor that passes has a count, and offsets of its outermost elements, that fit in 64 bits.
/// </remarks>
internal static class TensorLayout
{
    /// <summary>The most dimensions of a tensor, as many as NumPy has.</summary>
    public const int MaxDimensions = 64;

    /// <summary>
    /// Writes shape and strides into <paramref name="dims"/> (compact row-major where <paramref name="strides"/> is
    /// empty) in the canonical form that consumers agree on, and finds the outermost elements.
    /// </summary>
    /// <param name="shape">The extents; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, any sign; empty for compact row-major.</param>
    /// <param name="dims">Room for the shape and the strides.</param>
    /// <param name="first">The lowest element's offset from the element at index 0, at most 0.</param>
    /// <param name="last">
    /// The highest element's offset, at least 0; below <paramref name="first"/> if there is none.
    /// </param>
    /// <returns>The number of elements.</returns>
    /// <exception cref="ArgumentException">
    /// Too many, negative or overflowing extents; strides of another length.
    /// </exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Write(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, Span<long> dims, out long first, out long last)
    {
        long count = WriteCompact(shape, dims);
        first = 0;
        last = count - 1;

        // Row-major strides, which most have, are there already.
        if (!strides.IsEmpty && !AreSame(dims.Slice(shape.Length), strides))
        {
            WriteStrides(shape, strides, dims, ref first, ref last);
        }

        return count;
    }

    /// <summary>Whether the elements lie in row-major order without gaps; extents of 1 do not matter.</summary>
    public static bool IsContiguous(ReadOnlySpan<long> dims)
    {
        int ndim = dims.Length >> 1;
        long expected = 1;
        for (int i = ndim - 1; i >= 0; i--)
        {
            long extent = dims[i];
            if (extent == 0)
            {
                return true;
            }

            if (extent != 1)
            {
                if (dims[ndim + i] != expected)
                {
                    return IsEmpty(dims.Slice(0, ndim));
                }

                expected *= extent;
            }
        }

        return true;
    }

    /// <summary>
    /// Whether several indexes share an element because a stride is 0, so that writing makes no sense.
    /// </summary>
    public static bool RepeatsElements(ReadOnlySpan<long> dims) =>
        RepeatsElements(dims.Slice(0, dims.Length >> 1), dims.Slice(dims.Length >> 1));

    /// <inheritdoc cref="RepeatsElements(ReadOnlySpan{long})"/>
    public static bool RepeatsElements(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        for (int i = 0; i < shape.Length; i++)
        {
            if (strides[i] == 0 && shape[i] > 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether two lists, of which one may just have been written, have the same numbers.</summary>
    /// <remarks>
    /// Number by number: reading several at once would wait until they, just written one by one, are in memory.
    /// </remarks>
    public static bool AreSame(ReadOnlySpan<long> left, ReadOnlySpan<long> right)
    {
        int i = 0;
        while (i < right.Length && i < left.Length && right[i] == left[i])
        {
            i++;
        }

        return i == right.Length && i == left.Length;
    }

    /// <summary>"[2, 3]".</summary>
    public static string Describe(ReadOnlySpan<long> numbers)
    {
        var parts = new string[numbers.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = FormattableString.Invariant($"{numbers[i]}");
        }

        return "[" + string.Join(", ", parts) + "]";
    }

    /// <summary>As <see cref="Write"/>, without strides.</summary>
    /// <returns>The number of elements, which are the buffer's first ones.</returns>
    /// <exception cref="ArgumentException">Too many, negative or overflowing extents.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long WriteCompact(ReadOnlySpan<long> shape, Span<long> dims)
    {
        int ndim = shape.Length;
        if (ndim > MaxDimensions)
        {
            throw TooManyDimensions(ndim);
        }

        long stride = 1;
        for (int i = ndim - 1; i >= 0; i--)
        {
            long extent = shape[i];
            if ((ulong)(extent - 1) >= int.MaxValue || stride > int.MaxValue)
            {
                return WriteUnusual(shape, dims, i, stride);
            }

            dims[i] = extent;
            dims[ndim + i] = stride;
            stride *= extent;
        }

        return stride;
    }

    // The rest of the dimensions, where the product may overflow, or be 0.
    private static long WriteUnusual(ReadOnlySpan<long> shape, Span<long> dims, int from, long stride)
    {
        // The product of the extents so far, 0 counting as 1: the stride of the next dimension.
        bool isEmpty = false;
        for (int i = from; i >= 0; i--)
        {
            long extent = shape[i];
            dims[i] = extent;
            dims[shape.Length + i] = stride;
            if (extent == 0)
            {
                isEmpty = true;
            }
            else
            {
                stride = Multiply(stride, extent, shape);
            }
        }

        return isEmpty ? 0 : stride;
    }

    // Behind compact dims: puts the strides where they matter.
    private static void WriteStrides(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, Span<long> dims, ref long first, ref long last)
    {
        if (strides.Length != shape.Length)
        {
            throw WrongCount(shape, strides);
        }

        if (last < first)
        {
            return;
        }

        last = 0;
        try
        {
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                if (shape[i] == 1)
                {
                    // Never used to reach an element; consumers that check it expect the compact value.
                    dims[shape.Length + i] = i + 1 < shape.Length
                        ? CompactStride(shape[i + 1], dims[shape.Length + i + 1])
                        : 1;
                    continue;
                }

                dims[shape.Length + i] = strides[i];
                long reach = checked((shape[i] - 1) * strides[i]);
                if (reach < 0)
                {
                    first = checked(first + reach);
                }
                else
                {
                    last = checked(last + reach);
                }
            }
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(
                $"Shape {Describe(shape)} with strides {Describe(strides)} reaches elements beyond 64-bit offsets.",
                nameof(strides),
                e);
        }
    }

    private static long Multiply(long product, long extent, ReadOnlySpan<long> shape)
    {
        if (extent < 0)
        {
            throw new ArgumentException(
                $"Shape {Describe(shape)} has the negative extent {extent}. Extents start at 0.", nameof(shape));
        }

        try
        {
            return checked(product * extent);
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(
                $"Shape {Describe(shape)} has more elements than a 64-bit number can count.", nameof(shape), e);
        }
    }

    private static long CompactStride(long innerExtent, long innerStride)
    {
        try
        {
            return checked(innerExtent * innerStride);
        }
        catch (OverflowException)
        {
            return 1;
        }
    }

    private static bool IsEmpty(ReadOnlySpan<long> shape) => shape.IndexOf(0L) >= 0;

    // The messages are made apart: what writes text into a method that always runs makes its frame large.
    private static ArgumentException TooManyDimensions(int ndim) => new(
        $"The shape has {ndim} dimensions; the most is {MaxDimensions}. Merge some of them.", "shape");

    private static ArgumentException WrongCount(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides) => new(
        $"There are {strides.Length} strides for {shape.Length} dimensions. Pass one stride, in elements, for "
        + "each dimension, or none for compact row-major.",
        nameof(strides));
}
