using System.Buffers;
using Apache.Arrow;
using Apache.Arrow.Types;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Where the values of an Arrow array are, and how they lie there.</summary>
/// <param name="Values">The buffer with the values.</param>
/// <param name="ByteOffset">The bytes before the first.</param>
/// <param name="DType">What they are.</param>
/// <param name="Shape">The extents, in elements.</param>
/// <param name="Strides">Elements from one index to the next; empty for row-major.</param>
internal readonly record struct ArrowLayout(
    ArrowBuffer Values, long ByteOffset, DLDataType DType, long[] Shape, long[] Strides)
{
    /// <summary>Follows an array down to its values.</summary>
    /// <exception cref="DlPackException">There are nulls, or values that are no elements.</exception>
    /// <exception cref="ArgumentException">A buffer or child is too short.</exception>
    public static ArrowLayout Of(ArrayData array)
    {
        CheckNoNulls(array, array.Offset, array.Length);
        return array.DataType is FixedWidthType { TypeId: not ArrowTypeId.FixedSizedBinary } plain
            && ArrowElements.DTypeOf(plain.TypeId) is { } dtype
            ? AtValues(array, array.Offset, array.Length, dtype, plain.BitWidth / 8, [array.Length], [])
            : OfNested(array);
    }

    /// <summary>A whole buffer, in as many elements as fit.</summary>
    public static ArrowLayout Of(ArrowBuffer buffer, DLDataType dtype)
    {
        int bits = Math.Max(dtype.BitsPerElement, 1);
        return new ArrowLayout(buffer, 0, dtype, [buffer.Length * 8L / bits], []);
    }

    private static ArrowLayout OfNested(ArrayData array)
    {
        // Of the array's own level, and then of each one inside: what of it is seen.
        (ArrayData data, long start, long count) = (array, array.Offset, array.Length);
        var dims = new ArrowDims(count);
        while (true)
        {
            IArrowType type = data.DataType;
            DLDataType? dtype = null;
            FixedShapeTensorMetadata? tensor = null;
            if (type is ExtensionType extension)
            {
                (dtype, tensor) = OfExtension(extension);
                type = extension.StorageType;
            }

            if (type is not FixedSizeListType list)
            {
                dtype ??= ArrowElements.DTypeOf(type.TypeId) ?? throw ArrowElements.NoElements(type);
                int width = ((FixedWidthType)type).BitWidth / 8;
                if (type.TypeId == ArrowTypeId.FixedSizedBinary)
                {
                    dims.Add(null, width);
                }

                return AtValues(data, start, count, dtype.Value, width, dims.Shape, dims.Strides);
            }

            dims.Add(tensor, list.ListSize);
            data = Child(data, list.ListSize, ref start, ref count);
            CheckNoNulls(data, start, count);
        }
    }

    /// <summary>What an extension type makes of its storage.</summary>
    private static (DLDataType? DType, FixedShapeTensorMetadata? Tensor) OfExtension(ExtensionType type)
    {
        if (type.Name == "arrow.bool8")
        {
            return (DLDataType.Bool, null);
        }

        // By its name, not its class: readers may have another class for it.
        FixedShapeTensorMetadata? tensor = type.Name == FixedShapeTensorType.ExtensionName
            ? FixedShapeTensorMetadata.TryParse(type.ExtensionMetadata)
            : null;
        return tensor is null ? throw ArrowElements.NoElements(type) : (null, tensor);
    }

    private static ArrowLayout AtValues(
        ArrayData data, long start, long count, DLDataType dtype, int width, long[] shape, long[] strides)
    {
        ArrowBuffer values = data.Buffers[1];
        long needed = checked((start + count) * width);
        if (start < 0 || (count != 0 && needed > values.Length))
        {
            throw new ArgumentException(
                $"The array's values lie between {start * width} and {needed} bytes, but its buffer has "
                + $"{values.Length}. Pass an array whose "
                + "length and offset fit its buffer.",
                "array");
        }

        return new ArrowLayout(values, start * width, dtype, shape, strides);
    }

    /// <summary>The child of fixed-size lists, and what of it they cover.</summary>
    private static ArrayData Child(ArrayData lists, int size, ref long start, ref long count)
    {
        ArrayData child = lists.Children[0];
        (start, count) = (checked(start * size), count * size);
        if (start + count > child.Length)
        {
            throw new ArgumentException(
                $"The array's lists need {start + count} values, but there are {child.Length}. Pass an array whose "
                + "length and offset fit its values.",
                "array");
        }

        start += child.Offset;
        return child;
    }

    // No bits say that nothing is null; beyond too few of them Arrow would read, or throw what does not tell.
    private static void CheckBits(ArrayData data, ArrowBuffer bits)
    {
        if (!bits.IsEmpty && (data.Offset < 0 || (long)data.Offset + data.Length > bits.Length * 8L))
        {
            throw new ArgumentException(
                $"The array has {bits.Length * 8L} bits that say what is null, and they do not cover its {data.Length} "
                + $"values from offset {data.Offset} on. Pass an array whose length and offset fit its buffers.",
                "array");
        }
    }

    private static void CheckNoNulls(ArrayData data, long start, long count)
    {
        if (data.NullCount == 0)
        {
            return;
        }

        // The bits are read to count them: they must not have been freed, and not be freed meanwhile.
        using ArrowBuffer bits = data.Buffers is [ArrowBuffer first, ..] ? first.Retain() : ArrowBuffer.Empty;
        using MemoryHandle pin = ArrowMemory.Pin(bits.Memory);
        CheckBits(data, bits);

        // Nulls outside of what is seen do not matter, and are only counted apart where there are any.
        if (data.GetNullCount() == 0)
        {
            return;
        }

        int nulls = data.Slice((int)(start - data.Offset), (int)count).GetNullCount();
        if (nulls != 0)
        {
            throw new DlPackException(
                $"The array has {nulls} nulls among {count} values of {data.DataType.Name}, which a tensor cannot say. "
                + "Fill them first, lend slices without nulls, or lend the values and the bits that say which are null "
                + "apart, by ValueBuffer.AsDlPack() and NullBitmapBuffer.AsDlPack().");
        }
    }
}
