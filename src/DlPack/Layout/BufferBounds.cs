using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>Checks that a layout stays inside the buffer that it is laid over.</summary>
internal static class BufferBounds
{
    /// <summary>How many elements of a dtype lie in a buffer.</summary>
    /// <param name="byteLength">The buffer's length in bytes.</param>
    /// <param name="dtype">The element type.</param>
    public static long Capacity(long byteLength, DLDataType dtype)
    {
        int size = dtype.BytesPerElement;
        if (size != 0)
        {
            return size == 1 ? byteLength : byteLength / size;
        }

        return (long)Math.Min((ulong)byteLength * 8 / (ulong)dtype.BitsPerElement, long.MaxValue);
    }

    /// <summary>The bytes before an element.</summary>
    /// <exception cref="ArgumentException">The element starts inside a byte.</exception>
    public static nint ByteOffset(DLDataType dtype, long offset) => dtype.IsSubByte
        ? PackedByteOffset(dtype, offset)
        : (nint)(offset * dtype.BytesPerElement);

    /// <summary>
    /// Throws where elements would start in the middle of the numbers that an array's start is aligned for.
    /// </summary>
    /// <param name="start">The first byte, counted from the array's first.</param>
    /// <param name="dtype">The element type.</param>
    /// <exception cref="ArgumentException">It is not a multiple of what the dtype needs.</exception>
    public static void CheckAligned(nint start, DLDataType dtype)
    {
        // The size of one number, of a complex one's parts; the largest power of two in it for sizes such as 80 bits.
        int number = dtype.bits / (dtype.code is DLDataTypeCode.kDLComplex or DLDataTypeCode.kDLBcomplex ? 16 : 8);
        int alignment = Math.Max(1, number & -number);
        if (start % alignment != 0)
        {
            throw new ArgumentException(
                $"The bytes start {start} bytes into their array, and {dtype} needs a multiple of {alignment}. Slice "
                + "at such a multiple, or pass a copy (a ReadOnlySpan), which is aligned.",
                "memory");
        }
    }

    /// <summary>Throws unless the elements from first to last, moved by offset, lie within the capacity.</summary>
    /// <param name="shape">For the message.</param>
    /// <param name="strides">For the message.</param>
    /// <param name="first">The lowest element's offset from the element at index 0, at most 0.</param>
    /// <param name="last">The highest element's offset; below <paramref name="first"/> if there are none.</param>
    /// <param name="offset">The element at index 0, in the numbering of the buffer.</param>
    /// <param name="capacity">How many elements the buffer has.</param>
    /// <param name="lowest">The number of the buffer's first element: 0, or below for reversed tensors.</param>
    /// <exception cref="ArgumentException">They do not.</exception>
    public static void Check(
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        long first,
        long last,
        long offset,
        long capacity,
        long lowest = 0)
    {
        if (offset < lowest || offset > lowest + capacity)
        {
            throw Outside(shape, strides, offset, capacity);
        }

        // Both sums are of a value that is at most 0 and one that is at least 0, or are compared without adding.
        long start = offset - lowest;
        if (last >= first && (start + first < 0 || last > capacity - 1 - start))
        {
            throw Outside(shape, strides, offset, capacity);
        }
    }

    private static nint PackedByteOffset(DLDataType dtype, long offset) => offset * dtype.BitsPerElement % 8 == 0
        ? (nint)(offset * dtype.BitsPerElement / 8)
        : throw new ArgumentException(
            $"Element {offset} of packed {dtype} starts inside a byte. Start at an element that begins a byte.",
            nameof(offset));

    /// <summary>What <see cref="Check"/> throws.</summary>
    public static ArgumentException Outside(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset, long capacity)
    {
        string layout = TensorLayout.Describe(shape);
        if (!strides.IsEmpty)
        {
            layout += " with strides " + TensorLayout.Describe(strides);
        }

        return new ArgumentException(
            $"Shape {layout} from element {offset} on does not fit the buffer, which has {capacity} elements of this "
            + "dtype. Pass a smaller shape, strides in elements (not bytes), or a larger buffer.",
            nameof(shape));
    }
}
