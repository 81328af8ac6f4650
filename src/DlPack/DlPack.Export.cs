using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>
    /// Lends an array to native code directly: the same as <c>AsDlPack(array).Dlpack().Consume()</c>, with no object on
    /// the managed heap.
    /// </summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="array">The memory. It is kept in place until the deleter is called.</param>
    /// <returns>A tensor that the caller owns: somebody calls its <c>deleter</c> once, from any thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">There is no dtype for the elements.</exception>
    public static DLManagedTensorVersioned* Export<T>(T[] array)
        where T : unmanaged
    {
        _ = array ?? throw new ArgumentNullException(nameof(array));

        // Not [array.Length], for which netstandard2.0 makes an array.
        long length = array.Length;
        return ElementInfo<T>.IsScalar
            ? Export(array, new ReadOnlySpan<long>(&length, 1))
            : (DLManagedTensorVersioned*)ExportStructs(array, ElementInfo<T>.Resolve(dtype: null));
    }

    /// <summary>Lends an array to native code directly, in any shape.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</typeparam>
    /// <param name="array">The memory. It is kept in place until the deleter is called.</param>
    /// <param name="shape">The extents, in elements of the dtype; none for a scalar.</param>
    /// <param name="strides">Elements from one index to the next, possibly negative; none for row-major.</param>
    /// <param name="dtype">See <see cref="AsDlPack{T}(T[], DLDataType?)"/>.</param>
    /// <param name="offset">The element of the array that is at index 0 in every dimension.</param>
    /// <returns>A tensor that the caller owns: somebody calls its <c>deleter</c> once, from any thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">The layout does not fit the array, or the dtype does not fit.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DLManagedTensorVersioned* Export<T>(
        T[] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged =>
        (DLManagedTensorVersioned*)(IsPlain<T>(shape, strides, dtype, offset)
            ? ExportPlain(array, shape)
            : ExportArray(array, shape, strides, ElementInfo<T>.ResolveDType(dtype), offset, versioned: true));

    /// <summary>Lends an array to native code that knows only the struct from before DLPack 1.0.</summary>
    /// <inheritdoc cref="Export{T}(T[], ReadOnlySpan{long}, ReadOnlySpan{long}, DLDataType?, long)"/>
    public static DLManagedTensor* ExportLegacy<T>(
        T[] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides = default,
        DLDataType? dtype = null,
        long offset = 0)
        where T : unmanaged
    {
        if (strides.IsEmpty)
        {
            return (DLManagedTensor*)ExportArray(
                array, shape, strides, ElementInfo<T>.ResolveDType(dtype), offset, versioned: false);
        }

        // Strides of 0 make it read-only, which has rules of its own for legacy consumers.
        using DlPackObject tensor = AsDlPack(array, shape, strides, dtype, offset);
        return ExportLegacy(tensor);
    }

    /// <summary>
    /// Lends a tensor to native code directly: the same as <c>Dlpack().Consume()</c>, without the capsule.
    /// </summary>
    /// <param name="tensor">The tensor; it may be disposed at once.</param>
    /// <returns>A tensor that the caller owns: somebody calls its <c>deleter</c> once, from any thread.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">The device's adapter is missing.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static DLManagedTensorVersioned* Export(DlPackObject tensor) =>
        (DLManagedTensorVersioned*)(tensor ?? throw new ArgumentNullException(nameof(tensor)))
            .Export(stream: null, versioned: true, dlDevice: null, copy: null);

    /// <summary>Lends a tensor to native code that knows only the struct from before DLPack 1.0.</summary>
    /// <inheritdoc cref="Export(DlPackObject)"/>
    /// <remarks>Read-only data goes out as a copy: see <see cref="DlPackObject.AllowReadOnlyLegacyExport"/>.</remarks>
    public static DLManagedTensor* ExportLegacy(DlPackObject tensor) =>
        (DLManagedTensor*)(tensor ?? throw new ArgumentNullException(nameof(tensor)))
            .Export(stream: null, versioned: false, dlDevice: null, copy: null);

    // Apart, so that the shorter path needs no room for extents.
    [SkipLocalsInit]
    private static TensorBlock* ExportStructs<T>(T[] array, ElementInfo element)
        where T : unmanaged
    {
        Span<long> room = stackalloc long[TensorLayout.MaxDimensions];
        long length = array.Length;
        ReadOnlySpan<long> shape = FullShape(element, new ReadOnlySpan<long>(&length, 1), room);
        return ExportArray(array, shape, strides: [], element.DType, offset: 0, versioned: true);
    }

    // Where the caller leaves these arguments out, the compiler knows the answer.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain<T>(
        ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, DLDataType? dtype, long offset)
        where T : unmanaged =>
        shape.Length <= TensorBlock.PooledDimensions
        && strides.IsEmpty
        && dtype is null
        && offset == 0
        && ElementInfo<T>.IsScalar;

    // What ExportArray does, for an array's first elements as they are: the short way for the usual case.
    private static TensorBlock* ExportPlain<T>(T[] array, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        _ = array ?? throw new ArgumentNullException(nameof(array));
        int ndim = shape.Length;
        PerThread thread = PerThread.Current;
        TensorBlock* block = thread.PeekBlock();
        long length = TensorLayout.WriteCompact(shape, TensorBlock.Dims(block, ndim));
        if (length > array.Length)
        {
            throw BufferBounds.Outside(shape, strides: [], offset: 0, array.Length);
        }

        TensorBlock.HoldArray(block, array);

        // What fails before the block is taken has nothing to undo.
        thread.TakeBlock();
        nint address = length == 0 ? 0 : Marshal.UnsafeAddrOfPinnedArrayElement(array, 0);
        TensorBlock.Publish(
            block,
            address,
            ElementInfo<T>.NaturalDType,
            DLDevice.Cpu,
            DLPackFlags.None,
            ndim,
            byteOffset: 0,
            versioned: true,
            thread);
        return block;
    }

    private static TensorBlock* ExportArray<T>(
        T[] array,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        DLDataType dtype,
        long offset,
        bool versioned)
        where T : unmanaged
    {
        _ = array ?? throw new ArgumentNullException(nameof(array));
        int ndim = shape.Length;
        PerThread thread = PerThread.Current;
        TensorBlock* block = TensorBlock.Rent(thread, ndim);
        DLPackFlags flags = DLPackFlags.None;
        nint address = 0;
        try
        {
            Span<long> dims = TensorBlock.Dims(block, ndim);
            long length = TensorLayout.Write(shape, strides, dims, out long first, out long last);
            BufferBounds.Check(
                shape, strides, first, last, offset, BufferBounds.Capacity((long)array.Length * sizeof(T), dtype));

            if (!strides.IsEmpty)
            {
                DTypes.CheckByteCount(length, shape, dtype, padded: false);
                flags = TensorLayout.RepeatsElements(dims) ? DLPackFlags.ReadOnly : DLPackFlags.None;
            }

            TensorBlock.HoldArray(block, array);
            if (length != 0)
            {
                address = Marshal.UnsafeAddrOfPinnedArrayElement(array, 0) + BufferBounds.ByteOffset(dtype, offset);
            }
        }
        catch
        {
            TensorBlock.Abandon(block, thread);
            throw;
        }

        TensorBlock.Publish(block, address, dtype, DLDevice.Cpu, flags, ndim, byteOffset: 0, versioned, thread);
        return block;
    }
}
