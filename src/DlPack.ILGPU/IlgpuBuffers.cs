using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Lends the memory buffers and page-locked arrays of ILGPU as tensors, without copying.</summary>
/// <remarks>
/// <para>
/// Dimension X of ILGPU is the tensor's first. The memory stays valid until the last borrower is done: a buffer that is
/// disposed while it is lent is freed then. A CUDA accelerator that is disposed while its memory is lent throws a
/// <see cref="DlPackException"/> and stays usable.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
public static class IlgpuBuffers
{
    /// <summary>A tensor over a buffer.</summary>
    /// <typeparam name="T">
    /// A type with a dtype, a struct such as Vector3 (one more dimension), or with <paramref name="dtype"/> any struct
    /// without references.
    /// </typeparam>
    /// <typeparam name="TStride">Dense or general.</typeparam>
    /// <param name="buffer">The buffer, on a CPU or CUDA accelerator. It stays the caller's.</param>
    /// <param name="stream">
    /// The stream on which the content is computed, which consumers are made to wait for; null for the accelerator's
    /// default stream. It must live as long as the tensor. Without meaning on the CPU.
    /// </param>
    /// <param name="dtype">What the elements are, if not what <typeparamref name="T"/> says.</param>
    /// <returns>
    /// A new object with the buffer's extent and strides, in elements, which the caller disposes. Writing to it writes
    /// to the buffer.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="buffer"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// There is no dtype for the elements, or the stream is another accelerator's.
    /// </exception>
    /// <exception cref="DlPackException">
    /// The accelerator is neither CPU nor CUDA; or its CUDA context is one that others cannot reach (see
    /// <see cref="DlPackCuda"/>).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The buffer or its accelerator has been disposed.</exception>
    public static DlPackObject AsDlPack<T, TStride>(
        this MemoryBuffer1D<T, TStride> buffer, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged
        where TStride : struct, IStride1D => IlgpuViewLending.AsDlPack(ViewOf(buffer), stream, dtype);

    /// <inheritdoc cref="AsDlPack{T, TStride}(MemoryBuffer1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T, TStride>(
        this MemoryBuffer2D<T, TStride> buffer, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged
        where TStride : struct, IStride2D => IlgpuViewLending.AsDlPack(ViewOf(buffer), stream, dtype);

    /// <inheritdoc cref="AsDlPack{T, TStride}(MemoryBuffer1D{T, TStride}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T, TStride>(
        this MemoryBuffer3D<T, TStride> buffer, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged
        where TStride : struct, IStride3D => IlgpuViewLending.AsDlPack(ViewOf(buffer), stream, dtype);

    private static TView ViewOf<TView>(MemoryBuffer<TView> buffer)
        where TView : struct, IArrayView
    {
        ArgumentNullException.ThrowIfNull(buffer);
        ObjectDisposedException.ThrowIf(buffer.IsDisposed, buffer);
        return buffer.View;
    }
}
