using DlPackNet.Interop;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Lends the page-locked arrays of ILGPU as tensors, without copying.</summary>
/// <remarks>
/// On a CUDA accelerator they are kDLCUDAHost, which the main processor and the GPU both read; elsewhere they are
/// ordinary main memory. An array that is disposed while it is lent stays, and stays locked, until the last borrower
/// is done. All members may be called from any thread.
/// </remarks>
public static class PageLockedArrays
{
    /// <summary>A tensor over a page-locked array.</summary>
    /// <typeparam name="T">
    /// A type with a dtype, a struct such as Vector3 (one more dimension), or with <paramref name="dtype"/> any struct
    /// without references.
    /// </typeparam>
    /// <param name="array">The array. It stays the caller's.</param>
    /// <param name="stream">
    /// The stream that fills the array, which is waited for before the main processor reads it; null if it is complete.
    /// </param>
    /// <param name="dtype">What the elements are, if not what <typeparamref name="T"/> says.</param>
    /// <returns>A new row-major object of the array's extent, which the caller disposes.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="array"/> is null.</exception>
    /// <exception cref="ArgumentException">
    /// There is no dtype for the elements, or the stream is another accelerator's.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The array or its accelerator has been disposed.</exception>
    public static DlPackObject AsDlPack<T>(
        this PageLockedArray1D<T> array, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged => PageLockLender.Lend(array, array?.GetArray(), stream, dtype);

    /// <inheritdoc cref="AsDlPack{T}(PageLockedArray1D{T}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(
        this PageLockedArray2D<T> array, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged => PageLockLender.Lend(array, array?.GetArray(), stream, dtype);

    /// <inheritdoc cref="AsDlPack{T}(PageLockedArray1D{T}, AcceleratorStream?, DLDataType?)"/>
    public static DlPackObject AsDlPack<T>(
        this PageLockedArray3D<T> array, AcceleratorStream? stream = null, DLDataType? dtype = null)
        where T : unmanaged => PageLockLender.Lend(array, array?.GetArray(), stream, dtype);
}
