using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.Types;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Arrow arrays over tensors, without copying.</summary>
/// <remarks>All members may be called from any thread.</remarks>
public static unsafe class ArrowViews
{
    /// <summary>The elements where they lie, as an Arrow array.</summary>
    /// <param name="tensor">
    /// A tensor whose first dimension is the array's. The others must be compact, in whatever order. Nobody should
    /// write to it while the array is in use: Arrow arrays never change.
    /// </param>
    /// <returns>
    /// An array that holds the memory, until it and all that share its buffers (<c>SliceShared</c>, exports by the C
    /// data interface) are disposed or collected; the tensor may be disposed before. Where the memory is a .NET array,
    /// there is nothing to give back, and it is pinned only while Arrow lends it to native code. One dimension
    /// gives the array of the element type (<see cref="FloatArray"/> for float32 and so on,
    /// <see cref="Bool8Array"/> for bool), no dimension such an array of length 1, and more dimensions a
    /// <see cref="FixedShapeTensorArray"/>, whose permutation tells the order of the dimensions.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// Arrow has no type for the dtype; the strides have gaps, repeat elements or run backwards; the shape ends in no
    /// elements, as [2, 0] does; the elements take more than 2 GiB; or the tensor is on a device that the main
    /// processor cannot read.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static IArrowArray ToArrowArray(this DlPackObject tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return OverNumbers(tensor) ?? OverAny(tensor);
    }

    /// <summary>
    /// The usual case, which is to cost little more than Arrow's own objects do: numbers of one dimension in a .NET
    /// array. Null for what needs more checks, or is refused.
    /// </summary>
    private static IArrowArray? OverNumbers(DlPackObject tensor)
    {
        DLDataType dtype = tensor.DType;
        long length = tensor.Length;
        if (tensor.NDim != 1
            || !ArrowElements.IsNumber(dtype)
            || length > int.MaxValue / sizeof(double)
            || !tensor.IsContiguous
            || !tensor.DangerousTryGetArray(out System.Array? array, out long byteOffset))
        {
            return null;
        }

        return OverArray(array, byteOffset, dtype, (int)length);
    }

    // A method of its own: as a part of its caller, it would be compiled as what rarely happens in programs whose first
    // tensors were others.
    private static IArrowArray OverArray(System.Array array, long byteOffset, DLDataType dtype, int length)
    {
        ReadOnlyMemory<byte> bytes = Bytes(array, byteOffset, length * (dtype.bits / 8));
        ArrowBuffer[] buffers = [ArrowBuffer.Empty, new ArrowBuffer(bytes)];
        return ArrowElements.Numbers(dtype, buffers, length);
    }

    private static IArrowArray OverAny(DlPackObject tensor)
    {
        IArrowType values = ArrowElements.TypeOf(tensor.DType);
        IArrowType type = tensor.NDim <= 1 ? values : TensorType(tensor, values);
        CheckRows(tensor);
        if (tensor.DangerousTryGetArray(out System.Array? array, out long byteOffset))
        {
            return Over(new ArrowBuffer(Bytes(array, byteOffset, (int)tensor.ByteLength)), tensor, type, values);
        }

        tensor.EnsureOnHost();
        return LendingAllocator.IsAvailable
            ? OverLent(tensor, type, values)
            : LentArray.Import(DlPack.Export(tensor), type, tensor.Length);
    }

    private static IArrowArray OverLent(DlPackObject tensor, IArrowType type, IArrowType valueType)
    {
        ArrowBuffer buffer = LendingAllocator.Lend(tensor);
        try
        {
            return Over(buffer, tensor, type, valueType);
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    // Inlined: a memory that a method returns is stored in two halves, and who then reads it whole waits for both.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ReadOnlyMemory<byte> Bytes(System.Array array, long offset, int length) =>
        array.GetType() == typeof(byte[])
            ? new ReadOnlyMemory<byte>(Unsafe.As<byte[]>(array), (int)offset, length)
            : new ArrayBytes(array, (nint)offset, length).Memory;

    /// <summary>An array over a buffer with the tensor's elements, without gaps.</summary>
    private static IArrowArray Over(ArrowBuffer buffer, DlPackObject tensor, IArrowType type, IArrowType valueType)
    {
        var values = new ArrayData(valueType, (int)tensor.Length, 0, 0, [ArrowBuffer.Empty, buffer]);
        return ArrowArrayFactory.BuildArray(
            type == valueType
                ? values
                : new ArrayData(type, (int)tensor.Shape[0], 0, 0, [ArrowBuffer.Empty], [values]));
    }

    private static FixedShapeTensorType TensorType(DlPackObject tensor, IArrowType values)
    {
        ReadOnlySpan<long> inner = tensor.Shape[1..];
        if (inner.Contains(0))
        {
            throw new DlPackException(
                $"An Arrow array cannot have values without elements, as shape {Text(tensor.Shape)} asks for. Lay a "
                + "view of one dimension over the tensor by AsDlPack(tensor, [0]).");
        }

        // The order in memory: from the widest step to the narrowest. Dimensions of one index keep their place.
        long[] strides = tensor.Strides[1..].ToArray();
        int[] order = [.. Enumerable.Range(0, strides.Length).OrderByDescending(i => strides[i])];
        long next = 1;
        for (int n = order.Length - 1; n >= 0; n--)
        {
            int i = order[n];
            if (tensor.Length != 0 && inner[i] != 1 && strides[i] != next)
            {
                throw Unsuitable(tensor);
            }

            next *= inner[i];
        }

        if (next > int.MaxValue)
        {
            throw TooLarge(tensor);
        }

        var shape = new int[order.Length];
        var permutation = new int[order.Length];
        for (int i = 0; i < order.Length; i++)
        {
            shape[i] = (int)inner[order[i]];
            permutation[order[i]] = i;
        }

        return new FixedShapeTensorType(values, shape, permutation);
    }

    /// <summary>Checks that the values of the array follow each other without gaps.</summary>
    private static void CheckRows(DlPackObject tensor)
    {
        if (tensor.ByteLength > int.MaxValue)
        {
            throw TooLarge(tensor);
        }

        if (tensor.Length > 1 && tensor.NDim > 0 && tensor.Shape[0] > 1 && tensor.Strides[0] != StepOf(tensor))
        {
            throw Unsuitable(tensor);
        }

        static long StepOf(DlPackObject tensor) => tensor.NDim == 1 ? 1 : tensor.Length / tensor.Shape[0];
    }

    private static DlPackException Unsuitable(DlPackObject tensor) => new(
        "An Arrow array has its values one after the other, each without gaps, but shape "
        + $"{Text(tensor.Shape)} has strides {Text(tensor.Strides)}. Take Copy(), which is row-major.");

    private static DlPackException TooLarge(DlPackObject tensor) => new(
        $"An Arrow buffer of this library has at most {int.MaxValue} bytes; the tensor has {tensor.ByteLength}. Make "
        + "arrays of parts of it, by AsDlPack(tensor, shape, offset:), and a ChunkedArray of them.");

    private static string Text(ReadOnlySpan<long> numbers) => $"[{string.Join(", ", numbers.ToArray())}]";
}
