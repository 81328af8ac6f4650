using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Views of tensors as the array views of ILGPU, for kernels and algorithms, without copying.</summary>
/// <remarks>
/// <para>
/// The tensor's first dimension is X. A view keeps the tensor's memory until the buffer behind it is disposed (by
/// <see cref="Release{TView}"/>), its accelerator is, or the buffer is collected; the tensor object itself may be
/// disposed before.
/// </para>
/// <para>
/// ILGPU ends the process where a view does not suit it; what is wrong with a tensor is an exception here. It does so
/// too for indexes out of range, and for algorithms such as Reduce over views that are not dense. All members may be
/// called from any thread.
/// </para>
/// </remarks>
public static class IlgpuViews
{
    /// <summary>
    /// The elements as a dense view of one dimension; those of a tensor of more dimensions in row-major order.
    /// </summary>
    /// <typeparam name="T">
    /// The .NET type of the dtype; where .NET has none any type of the same size; or a struct that covers whole
    /// trailing dimensions (Vector3 over [n, 3] float32).
    /// </typeparam>
    /// <param name="tensor">A contiguous tensor that the accelerator can reach.</param>
    /// <param name="accelerator">
    /// Where the view is used: the CPU for main memory, CUDA for memory of the same GPU.
    /// </param>
    /// <param name="stream">
    /// The stream on which the view is used: it is made to wait for the tensor's content, and the memory is kept until
    /// its work is done. Null for the accelerator's default stream. Without meaning on the CPU.
    /// </param>
    /// <param name="readOnly">true: the caller promises not to write, so that read-only tensors are fine too.</param>
    /// <returns>The elements where they lie.</returns>
    /// <exception cref="ArgumentNullException">The tensor or the accelerator is null.</exception>
    /// <exception cref="ArgumentException">The stream is another accelerator's.</exception>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, has another layout or dtype, or is on another device or in a CUDA context that the
    /// accelerator cannot reach.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor or the accelerator has been disposed.</exception>
    public static ArrayView1D<T, Stride1D.Dense> AsArrayView1D<T>(
        this DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream = null, bool readOnly = false)
        where T : unmanaged => AsArrayView1D<T, Stride1D.Dense>(tensor, accelerator, stream, readOnly);

    /// <summary>The elements as a view of one dimension, with strides of a kind.</summary>
    /// <inheritdoc cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>
    /// <typeparam name="T">
    /// See <see cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>.
    /// </typeparam>
    /// <typeparam name="TStride"><see cref="Stride1D.Dense"/> or <see cref="Stride1D.General"/>.</typeparam>
    public static ArrayView1D<T, TStride> AsArrayView1D<T, TStride>(
        this DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream = null, bool readOnly = false)
        where T : unmanaged
        where TStride : struct, IStride1D
    {
        ViewLayout layout = ViewLayout.Of<T>(tensor, accelerator, stream, readOnly, dimensions: 1);
        TStride stride = Strides.Of1D<TStride>(in layout);
        return new(Wrapper.Wrap<T>(tensor, accelerator, stream, layout.Reach), layout.Extent.X, stride);
    }

    /// <summary>The elements as a row-major view of two dimensions; rows may have gaps between them.</summary>
    /// <inheritdoc cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>
    public static ArrayView2D<T, Stride2D.DenseY> AsArrayView2D<T>(
        this DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream = null, bool readOnly = false)
        where T : unmanaged => AsArrayView2D<T, Stride2D.DenseY>(tensor, accelerator, stream, readOnly);

    /// <summary>The elements as a view of two dimensions, with strides of a kind.</summary>
    /// <inheritdoc cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>
    /// <typeparam name="T">
    /// See <see cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>.
    /// </typeparam>
    /// <typeparam name="TStride">
    /// <see cref="Stride2D.DenseY"/> (row-major), <see cref="Stride2D.DenseX"/> (column-major) or
    /// <see cref="Stride2D.General"/>.
    /// </typeparam>
    public static ArrayView2D<T, TStride> AsArrayView2D<T, TStride>(
        this DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream = null, bool readOnly = false)
        where T : unmanaged
        where TStride : struct, IStride2D
    {
        ViewLayout layout = ViewLayout.Of<T>(tensor, accelerator, stream, readOnly, dimensions: 2);
        TStride stride = Strides.Of2D<TStride>(in layout);
        return new(
            Wrapper.Wrap<T>(tensor, accelerator, stream, layout.Reach),
            new LongIndex2D(layout.Extent.X, layout.Extent.Y),
            stride);
    }

    /// <summary>
    /// The elements as a row-major view of three dimensions; planes and rows may have gaps between them.
    /// </summary>
    /// <inheritdoc cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>
    public static ArrayView3D<T, Stride3D.DenseZY> AsArrayView3D<T>(
        this DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream = null, bool readOnly = false)
        where T : unmanaged => AsArrayView3D<T, Stride3D.DenseZY>(tensor, accelerator, stream, readOnly);

    /// <summary>The elements as a view of three dimensions, with strides of a kind.</summary>
    /// <inheritdoc cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>
    /// <typeparam name="T">
    /// See <see cref="AsArrayView1D{T}(DlPackObject, Accelerator, AcceleratorStream?, bool)"/>.
    /// </typeparam>
    /// <typeparam name="TStride">
    /// <see cref="Stride3D.DenseZY"/> (row-major), <see cref="Stride3D.DenseXY"/> (column-major) or
    /// <see cref="Stride3D.General"/>.
    /// </typeparam>
    public static ArrayView3D<T, TStride> AsArrayView3D<T, TStride>(
        this DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream = null, bool readOnly = false)
        where T : unmanaged
        where TStride : struct, IStride3D
    {
        ViewLayout layout = ViewLayout.Of<T>(tensor, accelerator, stream, readOnly, dimensions: 3);
        TStride stride = Strides.Of3D<TStride>(in layout);
        return new(
            Wrapper.Wrap<T>(tensor, accelerator, stream, layout.Reach),
            layout.Extent,
            stride);
    }

    /// <summary>Disposes the buffer behind a view, so that the view's tensor is released.</summary>
    /// <typeparam name="TView">A view of any dimensions.</typeparam>
    /// <param name="view">
    /// The view; it and its sub-views must not be used afterwards. On CUDA the memory is kept until the stream that it
    /// was made for has done its work.
    /// </param>
    public static void Release<TView>(this TView view)
        where TView : struct, IArrayView
    {
        Release(view.Buffer);
    }

    // Apart from the view, which is copied by wide registers: what comes next in the runtime takes twice as long until
    // they are reset, as they are by a method's end.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Release(MemoryBuffer? buffer)
    {
        switch (buffer)
        {
            case CpuTensorBuffer kept:
                kept.Release();
                break;
            case CudaTensorBuffer kept:
                kept.Release();
                break;
            default:
                buffer?.Dispose();
                break;
        }
    }
}
