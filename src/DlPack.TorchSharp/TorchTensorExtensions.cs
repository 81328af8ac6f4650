using TorchSharp;

namespace DlPackNet;

/// <summary>Lends the tensors of TorchSharp, without copying.</summary>
public static class TorchTensorExtensions
{
    /// <summary>A tensor over the elements of a torch tensor, where they are.</summary>
    /// <param name="tensor">
    /// A strided tensor on the CPU or on CUDA. Its memory is kept alive by a reference of its own: the tensor may be
    /// disposed at once, but while a borrower sees it, it must not be given other memory (by <c>set_</c>, or in a
    /// script by <c>resize_</c>).
    /// </param>
    /// <returns>
    /// A new object, which the caller disposes: the shape and the strides in elements that torch has; read-only if
    /// elements are repeated (<c>expand</c>). Writing to it writes to the torch tensor. If it is on CUDA, consumers
    /// wait for the work on the legacy default stream, on which TorchSharp works.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="ObjectDisposedException"><paramref name="tensor"/> has been disposed.</exception>
    /// <exception cref="DlPackException">
    /// The tensor requires gradients, has its conjugation or negation pending, is sparse or quantized, or is on another
    /// device; the message says which, and what to call.
    /// </exception>
    /// <remarks>
    /// Any thread may call this, and dispose the result, but not while another one changes the tensor.
    /// </remarks>
    public static DlPackObject AsDlPack(this torch.Tensor tensor) => TorchExport.Lend(tensor, useLibtorchDlpack: true);
}
