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
        // Of the array's own level, and then of each one inside: what of it is seen.
        (ArrayData data, long start, long count) = (array, array.Offset, array.Length);
        var dims = new ArrowDims(count);
        IArrowType type = data.DataType;
        bool isBool = false;
        while (true)
        {
            CheckNoNulls(data, start, count);
            FixedShapeTensorMetadata? tensor = null;
            if (type is ExtensionType extension)
            {
                type = extension.StorageType;
                isBool = extension.Name == "arrow.bool8";
                tensor = extension.Name == FixedShapeTensorType.ExtensionName
                    ? FixedShapeTensorMetadata.TryParse(extension.ExtensionMetadata)
                    : null;
                if (!isBool && tensor is null)
                {
                    throw ArrowElements.NoElements(extension);
                }
            }

            if (type is not FixedSizeListType list)
            {
                return AtValues(data, type, start, count, isBool ? DLDataType.Bool : null, dims);
            }

            dims.Add(tensor, list.ListSize);
            data = Child(data, list.ListSize, ref start, ref count);
            type = data.DataType;
        }
    }

    private static ArrowLayout AtValues(
        ArrayData data, IArrowType type, long start, long count, DLDataType? asDType, ArrowDims dims)
    {
        DLDataType dtype = asDType ?? ArrowElements.DTypeOf(type.TypeId) ?? throw ArrowElements.NoElements(type);
        int width = ((FixedWidthType)type).BitWidth / 8;
        if (type is FixedSizeBinaryType binary)
        {
            width = binary.ByteWidth;
            dims.Add(null, width);
        }

        ArrowBuffer values = data.Buffers[1];
        long needed = checked((start + count) * width);
        if (count != 0 && needed > values.Length)
        {
            throw new ArgumentException(
                $"The array's values take {needed} bytes, but its buffer has {values.Length}. Pass an array whose "
                + "length and offset fit its buffer.",
                "array");
        }

        return new ArrowLayout(values, start * width, dtype, dims.Shape, dims.Strides);
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

    private static void CheckNoNulls(ArrayData data, long start, long count)
    {
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
                + "Fill them first, lend slices without nulls, or lend ValueBuffer.Memory and NullBitmapBuffer.Memory "
                + "apart.");
        }
    }
}
