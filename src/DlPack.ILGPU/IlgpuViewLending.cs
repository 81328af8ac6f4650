using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Lends the array views of ILGPU, sub-views included, as tensors, without copying.</summary>
/// <remarks>See <see cref="IlgpuBuffers"/>. All members may be called from any thread.</remarks>
public static class IlgpuViewLending
{
    /// <summary>A tensor over a view.</summary>
    /// <typeparam name="T">
    /// A type with a dtype, a struct such as Vector3 (one more dimension), or with <paramref name="dtype"/> any struct
    /// without references.
    /// </typeparam>
    /// <param name="view">
    /// The view. The buffer behind it is kept from being freed while the tensor is borrowed. A buffer that was made over
    /// an address has nothing to free: that memory is the caller's to keep. So it is with the view of a page-locked
    /// array: lend that itself (<see cref="PageLockedArrays"/>).
    /// </param>
    /// <param name="stream">
    /// The stream on which the content is computed, which consumers are made to wait for; null for the accelerator's
    /// default stream. It must live as long as the tensor. Without meaning on the CPU.
    /// </param>
    /// <param name="dtype">What the elements are, if not what <typeparamref name="T"/> says.</param>
    /// <returns>
    /// A new object with the view's extent and strides, in elements, which the caller disposes. Writing to it writes to
    /// the view. A view without a buffer is an empty tensor on the CPU.
    /// </returns>
    /// <exception cref="ArgumentException">
    /// There is no dtype for the elements, the stream is another accelerator's, or the view reaches beyond its buffer.
    /// </exception>
    /// <exception cref="DlPackException">
    /// The accelerator is neither CPU nor CUDA; or its CUDA context is one that others cannot reach (see
    /// <see cref="DlPackCuda"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The buffer or its accelerator has been disposed.</exception>
    public static DlPackObject AsDlPack<T>(
        this ArrayView<T> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged => Lender.Lend(view, [view.Length], [1], view.Length, stream, dtype);

    /// <summary>A tensor over a view of one, two or three dimensions.</summary>
    /// <typeparam name="T">See <see cref="AsDlPack{T}(ArrayView{T}, AcceleratorStream?, DLDataType?)"/>.</typeparam>
    /// <typeparam name="TStride">Dense or general.</typeparam>
    /// <inheritdoc cref="AsDlPack{T}(ArrayView{T}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T, TStride>(
        this ArrayView1D<T, TStride> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged
        where TStride : struct, IStride1D => Lender.Lend(
            view.BaseView, [view.Extent.X], [view.Stride.XStride], view.Length, stream, dtype);

    /// <inheritdoc cref="AsDlPack{T, TStride}(ArrayView1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T, TStride>(
        this ArrayView2D<T, TStride> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged
        where TStride : struct, IStride2D => Lender.Lend(
            view.BaseView,
            [view.Extent.X, view.Extent.Y],
            [view.Stride.XStride, view.Stride.YStride],
            view.Length,
            stream,
            dtype);

    /// <inheritdoc cref="AsDlPack{T, TStride}(ArrayView1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T, TStride>(
        this ArrayView3D<T, TStride> view, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged
        where TStride : struct, IStride3D => Lender.Lend(
            view.BaseView,
            [view.Extent.X, view.Extent.Y, view.Extent.Z],
            [view.Stride.XStride, view.Stride.YStride, view.Stride.ZStride],
            view.Length,
            stream,
            dtype);
}
