using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Shapes and strides in units of a .NET type, which may be a struct that covers several elements.</summary>
internal static unsafe class TypedLayout
{
    /// <summary>A tensor over an owner's memory, which is laid out in units of <typeparamref name="T"/>.</summary>
    /// <param name="owner">Pins the first item; taken over if this succeeds.</param>
    /// <param name="shape">The extents, in <typeparamref name="T"/>.</param>
    /// <param name="strides">From one index to the next, in <typeparamref name="T"/>.</param>
    /// <param name="dtype">What the elements are; null for what <typeparamref name="T"/> says.</param>
    /// <param name="flags">Read-only or not.</param>
    /// <exception cref="ArgumentException">There is no such dtype for <typeparamref name="T"/>.</exception>
    public static DlPackObject Lend<T>(
        DlPackPinnableOwner owner,
        long[] shape,
        long[] strides,
        DLDataType? dtype,
        DLPackFlags flags = DLPackFlags.None)
        where T : unmanaged
    {
        DLDataType type = InElements<T>(ref shape, ref strides, dtype);
        return DlPack.AsDlPack(0, type, shape, strides, owner: owner, flags: flags);
    }

    /// <summary>Turns a layout in <typeparamref name="T"/> into one in elements of the dtype.</summary>
    /// <returns>The dtype: the given one, or what <typeparamref name="T"/> says.</returns>
    /// <exception cref="ArgumentException">There is no such dtype for <typeparamref name="T"/>.</exception>
    public static DLDataType InElements<T>(ref long[] shape, ref long[] strides, DLDataType? dtype)
        where T : unmanaged
    {
        // A tensor over no items knows the dtype, and what dimensions one item adds.
        using DlPackObject none = DlPack.AsDlPack(Array.Empty<T>(), dtype);
        if (none.DType.IsSubByte)
        {
            throw new ArgumentException(
                $"dtype {none.DType} is packed, several elements a byte, and this buffer has dimensions of whole "
                + "items. Lend an array or Memory<byte> with a shape instead.",
                nameof(dtype));
        }

        int scale = sizeof(T) / none.DType.BytesPerElement;
        strides = [.. strides.Select(stride => checked(stride * scale)), .. none.Strides[1..]];
        shape = [.. shape, .. none.Shape[1..]];
        return none.DType;
    }

    /// <summary>The layout of a tensor in <typeparamref name="T"/>, which may cover trailing dimensions.</summary>
    /// <param name="tensor">Any tensor.</param>
    /// <returns>Shape and strides without the dimensions that one <typeparamref name="T"/> covers.</returns>
    /// <exception cref="DlPackException">Another dtype, another device, gaps inside of a struct.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static (long[] Shape, long[] Strides) Of<T>(DlPackObject tensor)
        where T : unmanaged
    {
        long[] shape = ShapeOf<T>(tensor);
        long itemSize = ItemSize(tensor);
        long expected = 1;
        for (int i = tensor.NDim - 1; i >= shape.Length; i--)
        {
            if (tensor.Shape[i] != 1 && tensor.Strides[i] != expected)
            {
                throw Gaps<T>(tensor);
            }

            expected *= tensor.Shape[i];
        }

        var strides = new long[shape.Length];
        for (int i = 0; i < strides.Length; i++)
        {
            long bytes = tensor.Strides[i] * itemSize;
            strides[i] = bytes % sizeof(T) == 0 ? bytes / sizeof(T) : throw Gaps<T>(tensor);
        }

        return (shape, strides);
    }

    /// <summary>The extents of a tensor in <typeparamref name="T"/>, which may cover trailing dimensions.</summary>
    /// <exception cref="DlPackException">Another dtype, or another device.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static long[] ShapeOf<T>(DlPackObject tensor)
        where T : unmanaged
    {
        long covered = ItemSize(tensor);
        int outer = tensor.NDim;
        while (covered > 0 && covered < sizeof(T) && outer > 0)
        {
            covered *= tensor.Shape[--outer];
        }

        CheckCanBeSeenAs<T>(tensor, outer);
        return covered == sizeof(T)
            ? tensor.Shape[..outer].ToArray()
            : throw new DlPackException(
                $"A tensor of {tensor.DType} with shape [{string.Join(", ", tensor.Shape.ToArray())}] has no "
                + $"dimensions of whole {typeof(T)}. Ask for the .NET type of one element, or use AsSpan, which is flat.");
    }

    /// <summary>Throws what a span over the tensor's items would throw, whatever their strides.</summary>
    private static void CheckCanBeSeenAs<T>(DlPackObject tensor, int outer)
        where T : unmanaged
    {
        if (tensor.IsContiguous && tensor.Length <= int.MaxValue)
        {
            tensor.AsReadOnlySpan<T>();
            return;
        }

        long[] shape = [0, .. tensor.Shape[outer..]];
        using DlPackObject none = DlPack.AsDlPack(tensor, shape, new long[shape.Length]);
        none.AsReadOnlySpan<T>();
    }

    private static long ItemSize(DlPackObject tensor) => tensor.IsSubBytePadded ? 1 : tensor.DType.BytesPerElement;

    private static DlPackException Gaps<T>(DlPackObject tensor) => new(
        $"The strides [{string.Join(", ", tensor.Strides.ToArray())}] leave gaps inside of or between items of "
        + $"{typeof(T)}. Take Copy() first, which has none.");
}
