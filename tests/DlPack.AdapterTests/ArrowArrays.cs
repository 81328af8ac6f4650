using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace DlPackNet.AdapterTests;

/// <summary>Makes Arrow arrays of any shape, and looks into them by an index, without DLPack.</summary>
internal static unsafe class ArrowArrays
{
    /// <summary>An array of zeros in a native buffer: with one dimension plain, with more of nested lists.</summary>
    public static IArrowArray Zeros<T>(long[] shape)
        where T : unmanaged
    {
        int count = (int)shape.Aggregate(1L, (product, extent) => product * extent);
        ArrowBuffer values = new ArrowBuffer.Builder<byte>().Resize(count * sizeof(T)).Build();
        IArrowType type = TypeOf<T>();
        var data = new ArrayData(type, count, 0, 0, [ArrowBuffer.Empty, values]);
        for (int i = shape.Length - 1; i > 0; i--)
        {
            type = new FixedSizeListType(type, (int)shape[i]);
            count /= (int)shape[i];
            data = new ArrayData(type, count, 0, 0, [ArrowBuffer.Empty], [data]);
        }

        return ArrowArrayFactory.BuildArray(data);
    }

    /// <summary>An element by the index that a reader of the array has for it.</summary>
    public static ref T At<T>(IArrowArray array, long[] index)
        where T : unmanaged
    {
        ArrayData data = array.Data;
        long position = data.Offset + (index.Length == 0 ? 0 : index[0]);
        index = index.Length == 0 ? index : index[1..];
        if (array is FixedShapeTensorArray { ExtensionType: FixedShapeTensorType type })
        {
            position *= ((FixedSizeListType)type.StorageType).ListSize;
            ReadOnlySpan<int> shape = type.Shape;
            ReadOnlySpan<int> permutation = type.Permutation;
            long inside = 0;
            for (int i = 0; i < shape.Length; i++)
            {
                inside = (inside * shape[i]) + index[permutation.IndexOf(i)];
            }

            data = data.Children[0];
            position += inside + data.Offset;
            index = [];
        }

        foreach (long i in index)
        {
            position = (position * ((FixedSizeListType)data.DataType).ListSize) + i;
            data = data.Children[0];
            position += data.Offset;
        }

        Memory<byte> values = MemoryMarshal.AsMemory(data.Buffers[1].Memory);
        return ref MemoryMarshal.Cast<byte, T>(values.Span)[(int)position];
    }

    private static IArrowType TypeOf<T>() => default(T) switch
    {
        bool => Bool8Type.Default,
        sbyte => Int8Type.Default,
        byte => UInt8Type.Default,
        short => Int16Type.Default,
        ushort => UInt16Type.Default,
        int => Int32Type.Default,
        uint => UInt32Type.Default,
        long => Int64Type.Default,
        ulong => UInt64Type.Default,
        Half => HalfFloatType.Default,
        float => FloatType.Default,
        double => DoubleType.Default,
        _ => throw new ArgumentException($"Arrow has no {typeof(T)}."),
    };
}
