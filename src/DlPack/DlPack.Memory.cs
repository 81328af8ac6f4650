using System.Buffers;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>A tensor over a part of an array.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(ArraySegment<T> array, DLDataType? dtype = null)
        where T : unmanaged => Over(Slice(array), ElementInfo<T>.Resolve(dtype), array.Count);

    /// <summary>A tensor of any shape over a part of an array.</summary>
    /// <inheritdoc cref="AsDlPack{T}(T[], ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DlPackObject AsDlPack<T>(
        ArraySegment<T> array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => Over(Slice(array), ElementInfo<T>.Resolve(dtype).DType, shape, strides, offset);

    /// <summary>A tensor over memory.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="memory">
    /// The memory, pinned while a consumer or an address has it. What owns it (a pool, a native allocation) must
    /// outlive every consumer; to hand ownership over too, pass the <see cref="IMemoryOwner{T}"/>.
    /// </param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the memory.</returns>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    public static DlPackObject AsDlPack<T>(Memory<T> memory, DLDataType? dtype = null)
        where T : unmanaged =>
        Over(Slice((ReadOnlyMemory<T>)memory, DLPackFlags.None), ElementInfo<T>.Resolve(dtype), memory.Length);

    /// <summary>A tensor of any shape over memory.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="memory">See <see cref="AsDlPack{T}(Memory{T}, DLDataType?)"/>.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <param name="offset">The element of the memory that is at index 0 in every dimension.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the memory.</returns>
    /// <exception cref="ArgumentException">The layout does not fit the memory, or the dtype does not fit.</exception>
    public static DlPackObject AsDlPack<T>(
        Memory<T> memory,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged =>
        Over(
            Slice((ReadOnlyMemory<T>)memory, DLPackFlags.None),
            ElementInfo<T>.Resolve(dtype).DType,
            shape,
            strides,
            offset);

    /// <summary>A read-only tensor over memory. Legacy consumers, which cannot be told so, get a copy.</summary>
    /// <inheritdoc cref="AsDlPack{T}(Memory{T}, DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(ReadOnlyMemory<T> memory, DLDataType? dtype = null)
        where T : unmanaged =>
        Over(Slice(memory, DLPackFlags.ReadOnly), ElementInfo<T>.Resolve(dtype), memory.Length);

    /// <summary>
    /// A read-only tensor of any shape over memory. Legacy consumers, which cannot be told so, get a copy.
    /// </summary>
    /// <inheritdoc cref="AsDlPack{T}(Memory{T}, ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DlPackObject AsDlPack<T>(
        ReadOnlyMemory<T> memory,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged =>
        Over(Slice(memory, DLPackFlags.ReadOnly), ElementInfo<T>.Resolve(dtype).DType, shape, strides, offset);

    /// <summary>
    /// A tensor over owned memory, which it takes over: it is disposed when the last borrower is done.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="owner">
    /// The owner. If this method throws, it is still the caller's. It is disposed on whatever thread lets go last.
    /// </param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the memory.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="owner"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    public static DlPackObject AsDlPack<T>(IMemoryOwner<T> owner, DLDataType? dtype = null)
        where T : unmanaged =>
        Over(Slice(owner, out int length), ElementInfo<T>.Resolve(dtype), length);

    /// <summary>
    /// A tensor of any shape over owned memory, which it takes over: it is disposed when the last borrower is done.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="owner">See <see cref="AsDlPack{T}(IMemoryOwner{T}, DLDataType?)"/>.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <param name="offset">The element of the memory that is at index 0 in every dimension.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the memory.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="owner"/> is null.</exception>
    /// <exception cref="ArgumentException">The layout does not fit the memory, or the dtype does not fit.</exception>
    public static DlPackObject AsDlPack<T>(
        IMemoryOwner<T> owner,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged =>
        Over(Slice(owner, out _), ElementInfo<T>.Resolve(dtype).DType, shape, strides, offset);

    private static BufferSlice Slice<T>(ArraySegment<T> segment)
        where T : unmanaged =>
        new(segment.Array ?? [], (nint)segment.Offset * sizeof(T), (long)segment.Count * sizeof(T), DLPackFlags.None);

    private static BufferSlice Slice<T>(ReadOnlyMemory<T> memory, DLPackFlags flags)
        where T : unmanaged => MemoryMarshal.TryGetArray(memory, out ArraySegment<T> segment)
            ? Slice(segment) with { Flags = flags }
            : new BufferSlice(new MemoryOwner<T>(memory, owner: null), 0, (long)memory.Length * sizeof(T), flags);

    private static BufferSlice Slice<T>(IMemoryOwner<T> owner, out int length)
        where T : unmanaged
    {
        Memory<T> memory = (owner ?? throw new ArgumentNullException(nameof(owner))).Memory;
        length = memory.Length;
        return new BufferSlice(new MemoryOwner<T>(memory, owner), 0, (long)length * sizeof(T), DLPackFlags.None);
    }
}
