using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>Lays a tensor of any shape over bytes in main memory.</summary>
    private static DlPackObject Over(
        in BufferSlice buffer, DLDataType dtype, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset)
    {
        PerThread thread = PerThread.Current;
        long[] dims = thread.RecentDims.Lay(shape, strides, out long length, out long first, out long last);
        BufferBounds.Check(shape, strides, first, last, offset, BufferBounds.Capacity(buffer.ByteLength, dtype));
        if (buffer.Keeper is Array)
        {
            BufferBounds.CheckAligned(buffer.Start, dtype);
        }

        nint address = buffer.Start + BufferBounds.ByteOffset(dtype, offset);
        var header = new TensorHeader(dtype, DLDevice.Cpu, buffer.Flags, shape.Length, byteOffset: 0);
        return new DlPackObject(buffer.Keeper, address, header, dims, length, thread);
    }

    /// <summary>Lays a tensor of the buffer's own shape over it, with the dimensions that the elements add.</summary>
    [SkipLocalsInit]
    private static DlPackObject Over(in BufferSlice buffer, ElementInfo element, ReadOnlySpan<long> outerShape)
    {
        Span<long> shape = stackalloc long[TensorLayout.MaxDimensions];
        return Over(buffer, element.DType, FullShape(element, outerShape, shape), [], offset: 0);
    }

    private static DlPackObject Over(in BufferSlice buffer, ElementInfo element, long length) =>
        Over(buffer, element, [length]);

    private static ReadOnlySpan<long> FullShape(ElementInfo element, ReadOnlySpan<long> outerShape, Span<long> shape)
    {
        int rank = outerShape.Length;
        outerShape.CopyTo(shape);
        element.InnerShape.AsSpan().CopyTo(shape.Slice(rank));
        if (element.IsRawByte)
        {
            long bits = shape[rank - 1] * 8;
            if (bits % element.DType.BitsPerElement != 0)
            {
                throw new ArgumentException(
                    $"{shape[rank - 1]} bytes hold no whole number of {element.DType} elements. Pass the shape.",
                    nameof(shape));
            }

            shape[rank - 1] = bits / element.DType.BitsPerElement;
        }

        return shape.Slice(0, rank + element.InnerShape.Length);
    }
}
