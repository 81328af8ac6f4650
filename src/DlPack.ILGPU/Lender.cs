using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Makes tensors of views, whatever their dimensions.</summary>
internal static unsafe class Lender
{
    /// <summary>A tensor over a view's memory.</summary>
    /// <param name="items">The buffer's part that the view is about.</param>
    /// <param name="shape">The extents, in <typeparamref name="T"/>.</param>
    /// <param name="strides">From one index to the next, in <typeparamref name="T"/>.</param>
    /// <param name="reach">From the first to the last, in <typeparamref name="T"/>.</param>
    /// <param name="stream">The producer's; null for the accelerator's default.</param>
    /// <param name="dtype">What the elements are; null for what <typeparamref name="T"/> says.</param>
    public static DlPackObject Lend<T>(
        ArrayView<T> items,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        long reach,
        AcceleratorStream? stream,
        DLDataType? dtype)
        where T : unmanaged
    {
        if (typeof(T) == typeof(global::ILGPU.Half))
        {
            dtype ??= DLDataType.Float16;
        }

        MemoryBuffer? buffer = BufferOf(items);
        if (buffer is null)
        {
            CheckReach(items.Length, reach);
            return DlPack.AsDlPack((T*)null, shape, strides, dtype);
        }

        CheckReach(Math.Min(items.Length, (buffer.LengthInBytes - StartOf(items)) / sizeof(T)), reach);
        CheckStream(buffer.Accelerator, stream);
        return buffer.Accelerator switch
        {
            CudaAccelerator => CudaLender.Lend(items, buffer, shape, strides, stream, dtype),
            { AcceleratorType: AcceleratorType.CPU } => LendOnCpu(items, buffer, shape, strides, dtype),
            _ => throw Unlendable(buffer.Accelerator),
        };
    }

    /// <summary>Throws unless a stream belongs to an accelerator and can be used.</summary>
    /// <exception cref="ArgumentException">It is another's.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public static void CheckStream(Accelerator accelerator, AcceleratorStream? stream)
    {
        if (stream is not null && stream.Accelerator != accelerator)
        {
            throw new ArgumentException(
                $"The stream belongs to {stream.Accelerator.Name}, the memory to {accelerator.Name}. Pass a stream "
                + "of the same accelerator object, or null for its default stream.",
                nameof(stream));
        }

        ObjectDisposedException.ThrowIf(stream is not null && DisposalHold.IsDisposed(stream), stream!);
    }

    private static DlPackObject LendOnCpu<T>(
        ArrayView<T> items,
        MemoryBuffer buffer,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        DLDataType? dtype)
        where T : unmanaged
    {
        if (buffer is CpuTensorBuffer kept)
        {
            return LendOn(items, kept, shape, strides, dtype);
        }

        DisposalHold hold = DisposalHold.Take(buffer);
        try
        {
            return DlPack.AsDlPack(AddressOf(items), shape, strides, dtype, owner: new BufferOwner(buffer, hold));
        }
        catch
        {
            hold.Return(buffer);
            throw;
        }
    }

    // What was made of a tensor: that tensor is kept, and the buffer may go at once.
    private static DlPackObject LendOn<T>(
        ArrayView<T> items,
        CpuTensorBuffer buffer,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        DLDataType? dtype)
        where T : unmanaged
    {
        buffer.AddReference();
        try
        {
            return DlPack.AsDlPack(
                AddressOf(items), shape, strides, dtype, owner: new TensorBufferOwner(buffer), flags: buffer.Flags);
        }
        catch
        {
            buffer.Return();
            throw;
        }
    }

    /// <summary>The first item; null if there is none.</summary>
    public static T* AddressOf<T>(ArrayView<T> items)
        where T : unmanaged => items.Length == 0 ? null : (T*)items.LoadEffectiveAddressAsPtr();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static MemoryBuffer? BufferOf<TView>(in TView view)
        where TView : struct, IArrayView => view.Buffer;

    // Whoever makes a view by its constructor may say anything.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long StartOf<TView>(in TView view)
        where TView : struct, IContiguousArrayView => view.IndexInBytes;

    private static void CheckReach(long length, long reach)
    {
        if (reach > length)
        {
            throw new ArgumentException(
                $"Extent and strides of the view reach over {reach} elements, and there are {length} behind it. Check "
                + "how the view was made.",
                "view");
        }
    }

    private static DlPackException Unlendable(Accelerator accelerator) => new(
        $"Memory of {accelerator.AcceleratorType} ({accelerator.Name}) is known by a handle that belongs to ILGPU's "
        + "own "
        + "context, and consumers cannot name that context. Copy the buffer to an array or to a CPU accelerator "
        + "(CopyToCPU, GetAsArray) and lend that.");
}
