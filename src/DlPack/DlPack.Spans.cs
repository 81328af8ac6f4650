using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>
    /// A tensor over a <b>copy</b> of a span: nothing can keep a span's own memory. The copy is native memory, 256-byte
    /// aligned, and flagged as copied for its first consumer. To lend a span without copying, for the length of a call,
    /// use <see cref="Lend{T}(ReadOnlySpan{T}, DLTensorAction, DLDataType?)"/>.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="span">What to copy.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    [SkipLocalsInit]
    public static DlPackObject AsDlPack<T>(ReadOnlySpan<T> span, DLDataType? dtype = null)
        where T : unmanaged
    {
        ElementInfo element = ElementInfo<T>.Resolve(dtype);
        Span<long> shape = stackalloc long[TensorLayout.MaxDimensions];
        return OverCopy(span, element.DType, FullShape(element, [span.Length], shape), strides: [], offset: 0);
    }

    /// <summary>A tensor of any shape over a <b>copy</b> of a span.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="span">What to copy.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <param name="offset">The element of the span that is at index 0 in every dimension.</param>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="ArgumentException">The layout does not fit the span, or the dtype does not fit.</exception>
    /// <remarks>See <see cref="AsDlPack{T}(ReadOnlySpan{T}, DLDataType?)"/>.</remarks>
    public static DlPackObject AsDlPack<T>(
        ReadOnlySpan<T> span,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged =>
        OverCopy(span, ElementInfo<T>.ResolveDType(dtype), shape, strides, offset);

    /// <inheritdoc cref="AsDlPack{T}(ReadOnlySpan{T}, DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(Span<T> span, DLDataType? dtype = null)
        where T : unmanaged => AsDlPack((ReadOnlySpan<T>)span, dtype);

    /// <inheritdoc cref="AsDlPack{T}(ReadOnlySpan{T}, ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DlPackObject AsDlPack<T>(
        Span<T> span,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => AsDlPack((ReadOnlySpan<T>)span, shape, strides, dtype, offset);

    /// <summary>Lends a span, without copying, for the length of a call.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="span">The memory. It stays in place during the call.</param>
    /// <param name="action">Gets the tensor, which is valid until it returns; the tensor cannot say read-only.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements, or it has another size.</exception>
    /// <remarks>If the span is read-only, whoever gets the pointer must not write. Exceptions pass through.</remarks>
    [SkipLocalsInit]
    public static void Lend<T>(ReadOnlySpan<T> span, DLTensorAction action, DLDataType? dtype = null)
        where T : unmanaged
    {
        ElementInfo element = ElementInfo<T>.Resolve(dtype);
        Span<long> shape = stackalloc long[TensorLayout.MaxDimensions];
        Lend(span, action, FullShape(element, [span.Length], shape), strides: [], element.DType, offset: 0);
    }

    /// <summary>Lends a span in any shape, without copying, for the length of a call.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="span">The memory. It stays in place during the call.</param>
    /// <param name="action">Gets the tensor, which is valid until it returns; the tensor cannot say read-only.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <param name="offset">The element of the span that is at index 0 in every dimension.</param>
    /// <exception cref="ArgumentNullException"><paramref name="action"/> is null.</exception>
    /// <exception cref="ArgumentException">The layout does not fit the span, or the dtype does not fit.</exception>
    /// <remarks>If the span is read-only, whoever gets the pointer must not write. Exceptions pass through.</remarks>
    [SkipLocalsInit]
    public static void Lend<T>(
        ReadOnlySpan<T> span,
        DLTensorAction action,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged
    {
        _ = action ?? throw new ArgumentNullException(nameof(action));
        DLDataType type = ElementInfo<T>.Resolve(dtype).DType;
        int ndim = shape.Length;
        Span<long> dims = stackalloc long[2 * TensorLayout.MaxDimensions];
        long length = TensorLayout.Write(shape, strides, dims, out long first, out long last);
        BufferBounds.Check(
            shape, strides, first, last, offset, BufferBounds.Capacity((long)span.Length * sizeof(T), type));
        DTypes.CheckByteCount(length, shape, type, padded: false);

        fixed (long* numbers = dims)
        fixed (T* data = span)
        {
            DLTensor tensor = default;
            tensor.data = length == 0 ? null : (byte*)data + BufferBounds.ByteOffset(type, offset);
            tensor.device = DLDevice.Cpu;
            tensor.ndim = ndim;
            tensor.dtype = type;
            tensor.shape = ndim == 0 ? null : numbers;
            tensor.strides = ndim == 0 ? null : numbers + ndim;
            action(&tensor);
        }
    }

    /// <inheritdoc cref="Lend{T}(ReadOnlySpan{T}, DLTensorAction, DLDataType?)"/>
    public static void Lend<T>(Span<T> span, DLTensorAction action, DLDataType? dtype = null)
        where T : unmanaged => Lend((ReadOnlySpan<T>)span, action, dtype);

    /// <inheritdoc cref="Lend{T}(ReadOnlySpan{T}, DLTensorAction, ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static void Lend<T>(
        Span<T> span,
        DLTensorAction action,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged => Lend((ReadOnlySpan<T>)span, action, shape, strides, dtype, offset);

    private static DlPackObject OverCopy<T>(
        ReadOnlySpan<T> span, DLDataType dtype, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset)
        where T : unmanaged
    {
        long byteCount = (long)span.Length * sizeof(T);
        var owner = new AllocationOwner(byteCount, zeroed: false);
        try
        {
            span.CopyTo(new Span<T>((void*)owner.Address, span.Length));
            var buffer = new BufferSlice(owner, owner.Address, byteCount, DLPackFlags.IsCopied);
            return Over(buffer, dtype, shape, strides, offset);
        }
        catch
        {
            owner.Free();
            throw;
        }
    }
}
