using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>A tensor over memory that is known by its address.</summary>
    /// <param name="data">
    /// The address of the element at index 0 in every dimension; on devices without addresses the handle. May be 0
    /// only where the shape has no elements.
    /// </param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The extents in elements; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="device">Where the memory is; null for the CPU.</param>
    /// <param name="owner">
    /// What keeps the memory valid, taken over; null if the caller keeps it valid until every borrower is done. If
    /// this method throws, the owner is still the caller's. With a <see cref="DlPackPinnableOwner"/>,
    /// <paramref name="data"/> is relative to the address that it pins.
    /// </param>
    /// <param name="flags">
    /// <see cref="DLPackFlags.ReadOnly"/> where nobody may write; <see cref="DLPackFlags.IsSubByteTypePadded"/> where
    /// 4-bit and 6-bit elements take a byte each.
    /// </param>
    /// <param name="byteOffset">
    /// The bytes between <paramref name="data"/> and the first element; for handles, which cannot be added to.
    /// </param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">
    /// The address is 0; the shape is negative or overflows; the dtype makes no sense.
    /// </exception>
    /// <exception cref="InvalidOperationException">The owner keeps another tensor alive already.</exception>
    /// <remarks>
    /// Nothing can check that so much memory is there. Shape and strides must not reach outside of it.
    /// </remarks>
    public static DlPackObject AsDlPack(
        nint data,
        DLDataType dtype,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDevice? device = null,
        DlPackOwner? owner = null,
        DLPackFlags flags = DLPackFlags.None,
        ulong byteOffset = 0)
    {
        DTypes.Check(dtype, nameof(dtype));
        DLDevice where = device ?? DLDevice.Cpu;
        Devices.Check(where, nameof(device));
        return At(
            data, dtype, shape, strides, where, owner ?? new BorrowedOwner(), flags, byteOffset, PerThread.Current);
    }

    /// <summary>As above, for any dtype that has bits, and for a tensor that came in.</summary>
    private static DlPackObject At(
        nint data,
        DLDataType dtype,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        DLDevice where,
        object keeper,
        DLPackFlags flags,
        ulong byteOffset,
        PerThread thread,
        ImportedTensor import = default)
    {
        long[] dims = thread.RecentDims.Lay(shape, strides, out long length, out long first, out long last);
        bool mayBeZero = keeper is DlPackPinnableOwner;
        Place(ref data, dtype, shape, length, first, last, where, mayBeZero, ref flags, ref byteOffset);
        var header = new TensorHeader(dtype, where, flags, shape.Length, byteOffset);
        return new DlPackObject(keeper, data, header, dims, length, thread, import);
    }

    // Checks where a tensor's elements are, and puts that into the one form that is kept and lent.
    private static void Place(
        ref nint data,
        DLDataType dtype,
        ReadOnlySpan<long> shape,
        long length,
        long first,
        long last,
        DLDevice where,
        bool mayBeZero,
        ref DLPackFlags flags,
        ref ulong byteOffset)
    {
        flags &= dtype.IsSubByte ? KnownFlags : KnownFlags & ~DLPackFlags.IsSubByteTypePadded;
        if (length == 0)
        {
            data = 0;
            byteOffset = 0;
        }
        else if (data == 0 && !mayBeZero)
        {
            throw NoAddress(shape, length);
        }

        // An element has less than 2^21 bytes.
        if (sizeof(nint) < sizeof(long) || first != 0 || last > int.MaxValue || byteOffset != 0)
        {
            CheckReach(dtype, (flags & DLPackFlags.IsSubByteTypePadded) != 0, first, last, byteOffset);
        }

        if (Devices.HasAddresses(where))
        {
            data += (nint)byteOffset;
            byteOffset = 0;
        }
    }

    /// <summary>A tensor over memory that is known by its address.</summary>
    /// <inheritdoc cref="AsDlPack(nint, DLDataType, ReadOnlySpan{long}, ReadOnlySpan{long}, DLDevice?, DlPackOwner?, DLPackFlags, ulong)"/>
    public static DlPackObject AsDlPack(
        void* data,
        DLDataType dtype,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDevice? device = null,
        DlPackOwner? owner = null,
        DLPackFlags flags = DLPackFlags.None,
        ulong byteOffset = 0) => AsDlPack((nint)data, dtype, shape, strides, device, owner, flags, byteOffset);

    /// <summary>A tensor over items of a .NET type that are known by their address.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="items">
    /// The address of the item at index 0 in every dimension. May be null only where the shape has no elements.
    /// </param>
    /// <param name="shape">
    /// The extents in <typeparamref name="T"/>; none for one item. Where an item is several elements, such as a
    /// Vector3, its dimensions come behind them.
    /// </param>
    /// <param name="strides">
    /// From one index to the next in <typeparamref name="T"/>, possibly negative; none for row-major.
    /// </param>
    /// <param name="dtype">
    /// See <see cref="AsDlPack{T}(T[], DLDataType?)"/>; no other size than a byte over bytes.
    /// </param>
    /// <param name="device">Where the memory is; null for the CPU.</param>
    /// <param name="owner">
    /// What keeps the memory valid, taken over; null if the caller keeps it valid until every borrower is done. If
    /// this method throws, the owner is still the caller's. With a <see cref="DlPackPinnableOwner"/>,
    /// <paramref name="items"/> is relative to the address that it pins, usually null.
    /// </param>
    /// <param name="flags"><see cref="DLPackFlags.ReadOnly"/> where nobody may write.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">
    /// The address is null; the shape is negative or overflows; there is no such dtype for the items.
    /// </exception>
    /// <exception cref="InvalidOperationException">The owner keeps another tensor alive already.</exception>
    /// <remarks>
    /// Nothing can check that so much memory is there. Shape and strides must not reach outside of it.
    /// </remarks>
    public static DlPackObject AsDlPack<T>(
        T* items,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        DLDevice? device = null,
        DlPackOwner? owner = null,
        DLPackFlags flags = DLPackFlags.None)
        where T : unmanaged
    {
        ElementInfo element = ElementInfo<T>.Resolve(dtype);
        if (element.IsRawByte)
        {
            throw new ArgumentException(
                $"One item of {typeof(T)} is no whole number of {element.DType} elements, so shape and strides in "
                + "items say nothing. Pass the address as nint or void*, with shape and strides in elements of the "
                + "dtype: a tensor of the bytes, made without a dtype, has it in Data, and is what owns it by "
                + "owner: DlPackOwner.FromDisposable(tensor).",
                nameof(dtype));
        }

        if (element.InnerShape.Length == 0)
        {
            return AsDlPack((nint)items, element.DType, shape, strides, device, owner, flags);
        }

        long[] extents = [.. shape, .. element.InnerShape];
        return AsDlPack((nint)items, element.DType, extents, InElements(element, strides), device, owner, flags);
    }

    /// <summary>Strides in elements, those inside of an item included, from strides in items.</summary>
    private static long[] InElements(ElementInfo element, ReadOnlySpan<long> strides)
    {
        if (strides.IsEmpty)
        {
            return [];
        }

        long[] inner = element.InnerShape;
        var steps = new long[strides.Length + inner.Length];
        long scale = 1;
        for (int i = inner.Length - 1; i >= 0; i--)
        {
            steps[strides.Length + i] = scale;
            scale *= inner[i];
        }

        for (int i = 0; i < strides.Length; i++)
        {
            steps[i] = strides[i] <= long.MaxValue / scale && strides[i] >= long.MinValue / scale
                ? strides[i] * scale
                : throw new ArgumentException(
                    $"Stride {strides[i]} of dimension {i} reaches beyond what can be addressed.", nameof(strides));
        }

        return steps;
    }

    private const DLPackFlags KnownFlags =
        DLPackFlags.ReadOnly | DLPackFlags.IsCopied | DLPackFlags.IsSubByteTypePadded;

    // Apart from the checks, so that what passes them is quick.
    private static ArgumentException NoAddress(ReadOnlySpan<long> shape, long length) => new(
        $"The address is 0, but shape {TensorLayout.Describe(shape)} has {length} elements. Pass the address of the "
        + "first element, or a shape with an extent of 0.",
        "data");

    private static void CheckReach(DLDataType dtype, bool padded, long first, long last, ulong byteOffset)
    {
        try
        {
            long reach = checked(
                DTypes.ByteCount(checked(last + 1), dtype, padded) + DTypes.ByteCount(checked(-first), dtype, padded));
            _ = checked((nint)(reach + (long)byteOffset));
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(
                $"Elements {first} to {last} of {dtype}, {byteOffset} bytes into the memory, reach beyond what can be "
                + "addressed. Check shape, strides (in elements) and the offset (in bytes).",
                "shape",
                e);
        }
    }
}
