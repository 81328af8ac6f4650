using TorchSharp;

namespace DlPackNet;

/// <summary>Views of tensors as those of TorchSharp, without copying.</summary>
public static class TorchTensorViews
{
    /// <summary>A torch tensor over the same memory.</summary>
    /// <param name="tensor">
    /// A tensor in main memory or on CUDA, with strides that are not negative, each element at a multiple of its size.
    /// </param>
    /// <param name="allowReadOnly">
    /// Whether to take read-only memory, too. torch does not know of such a thing: whoever allows this sees to it that
    /// nobody writes to the result.
    /// </param>
    /// <returns>
    /// A new torch tensor of the same shape and strides in elements, which belongs to the dispose scope that is open,
    /// if there is one. Writing to it writes to the memory. It and its views keep the memory alive themselves, so that
    /// <paramref name="tensor"/> may be disposed at once; the memory is released, on whatever thread, when the last of
    /// them is disposed or finalized. The element types that TorchSharp has no name for, such as uint16 and the float8
    /// kinds, are numbers in <see cref="torch.ScalarType"/>, and torch can do little with them.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, runs backwards, is not aligned, or is of a dtype or on a device that torch has not
    /// (here).
    /// </exception>
    /// <exception cref="NotSupportedException">TorchSharp finds no libtorch; it says what to install.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    /// <remarks>
    /// May be called from any thread. CUDA works on Linux x64, where libtorch's own entry to DLPack is known; torch's
    /// work on the legacy default stream waits for the producer's.
    /// </remarks>
    public static torch.Tensor ToTorchTensor(this DlPackObject tensor, bool allowReadOnly = false)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return torch.Tensor.UnsafeCreateTensor(TorchImport.Take(tensor, allowReadOnly, useLibtorchDlpack: true));
    }
}
