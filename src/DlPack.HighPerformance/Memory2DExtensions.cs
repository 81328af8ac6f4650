using System.Buffers;
using System.Runtime.InteropServices;
using CommunityToolkit.HighPerformance;
using CommunityToolkit.HighPerformance.Buffers;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Lends the buffers of CommunityToolkit.HighPerformance as tensors, without copying.</summary>
/// <remarks>All members may be called from any thread.</remarks>
public static class Memory2DExtensions
{
    /// <summary>A tensor over a block of rows.</summary>
    /// <typeparam name="T">
    /// A type with a dtype, a struct such as Vector3 (one more dimension), or with <paramref name="dtype"/> any struct
    /// without references.
    /// </typeparam>
    /// <param name="memory">
    /// The rows, pinned while a consumer or an address has them. What owns them must outlive every consumer.
    /// </param>
    /// <param name="dtype">
    /// What the elements are, if not what <typeparamref name="T"/> says; no other size than a byte over bytes.
    /// </param>
    /// <returns>
    /// A new object, which the caller disposes: shape [height, width], strides [width + pitch, 1], in elements. Writing
    /// to it writes to the memory.
    /// </returns>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    public static DlPackObject AsDlPack<T>(this Memory2D<T> memory, DLDataType? dtype = null)
        where T : unmanaged
    {
        ReadOnlyMemory<T> flat = Flat<T>(memory);
        return dtype is null && TryGetArray(flat, out ArraySegment<T> items)
            ? DlPack.AsDlPack(items, [memory.Height, memory.Width])
            : Lend(memory, flat, dtype, DLPackFlags.None);
    }

    /// <summary>
    /// A read-only tensor over a block of rows. Legacy consumers, which cannot be told so, get a copy.
    /// </summary>
    /// <inheritdoc cref="AsDlPack{T}(Memory2D{T}, DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(this ReadOnlyMemory2D<T> memory, DLDataType? dtype = null)
        where T : unmanaged
    {
        ReadOnlyMemory<T> flat = Flat(memory);
        return dtype is null && TryGetArray(flat, out ArraySegment<T> items)
            ? DlPack.AsDlPack((ReadOnlyMemory<T>)items, [memory.Height, memory.Width])
            : Lend(memory, flat, dtype, DLPackFlags.ReadOnly);
    }

    /// <summary>
    /// A tensor over a rented buffer, which it takes over: it is returned when the last borrower is done.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(Memory2D{T}, DLDataType?)"/>.</typeparam>
    /// <param name="owner">
    /// The buffer. If this method throws, it is still the caller's. It is disposed on whatever thread lets go last.
    /// </param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(Memory2D{T}, DLDataType?)"/>.</param>
    /// <returns>
    /// A new object of shape [length], which the caller disposes. Writing to it writes to the buffer.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="owner"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    /// <exception cref="ObjectDisposedException">The buffer has been returned already.</exception>
    public static DlPackObject AsDlPack<T>(this MemoryOwner<T> owner, DLDataType? dtype = null)
        where T : unmanaged => DlPack.AsDlPack(owner, dtype);

    /// <summary>
    /// A tensor of any shape over a rented buffer, which it takes over: it is returned when the last borrower is done.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(Memory2D{T}, DLDataType?)"/>.</typeparam>
    /// <param name="owner">See <see cref="AsDlPack{T}(MemoryOwner{T}, DLDataType?)"/>.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(Memory2D{T}, DLDataType?)"/>.</param>
    /// <param name="offset">The element of the buffer that is at index 0 in every dimension.</param>
    /// <returns>A new object, which the caller disposes. Writing to it writes to the buffer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="owner"/> is null.</exception>
    /// <exception cref="ArgumentException">The layout does not fit the buffer, or the dtype does not fit.</exception>
    /// <exception cref="ObjectDisposedException">The buffer has been returned already.</exception>
    public static DlPackObject AsDlPack<T>(
        this MemoryOwner<T> owner,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => DlPack.AsDlPack(owner, shape, strides, dtype, offset);

    /// <summary>The items of rows without gaps; nothing if there are gaps, or no items.</summary>
    private static ReadOnlyMemory<T> Flat<T>(ReadOnlyMemory2D<T> memory)
    {
        try
        {
            return memory.TryGetMemory(out ReadOnlyMemory<T> flat) ? flat : default;
        }
        catch (ArgumentOutOfRangeException)
        {
            // As below, beyond the end.
            return default;
        }
    }

    /// <summary>The <c>T[]</c> in which plain items lie, if they do.</summary>
    private static bool TryGetArray<T>(ReadOnlyMemory<T> flat, out ArraySegment<T> items)
    {
        // Of a MemoryManager it is the wrong part, since the toolkit (8.4.2) takes an offset in bytes for one in items;
        // and a manager may have an array to show.
        items = default;
        return typeof(T).IsPrimitive
            && !flat.IsEmpty
            && !MemoryMarshal.TryGetMemoryManager<T, MemoryManager<T>>(flat, out _)
            && MemoryMarshal.TryGetArray(flat, out items);
    }

    /// <summary>Whether the toolkit shows an array of several dimensions as flat memory.</summary>
    private static bool IsOfArray<T>(ReadOnlyMemory<T> flat) =>
        MemoryMarshal.TryGetMemoryManager(flat, out MemoryManager<T>? manager)
        && manager.GetType() == ArrayManager<T>.Type;

    private static unsafe DlPackObject Lend<T>(
        ReadOnlyMemory2D<T> memory, ReadOnlyMemory<T> flat, DLDataType? dtype, DLPackFlags flags)
        where T : unmanaged => DlPack.AsDlPack(
            (T*)null,
            [memory.Height, memory.Width],
            [Memory2DOwner<T>.RowStride(memory.Span), 1],
            dtype,
            owner: IsOfArray(flat) ? new ArrayOwner<T>(memory) : new Memory2DOwner<T>(memory),
            flags: flags);

    /// <summary>What the toolkit makes for that.</summary>
    private static class ArrayManager<T>
    {
        public static readonly Type? Type =
            MemoryMarshal.TryGetMemoryManager(Flat<T>(new T[1, 1]), out MemoryManager<T>? manager)
                ? manager.GetType()
                : null;
    }
}
