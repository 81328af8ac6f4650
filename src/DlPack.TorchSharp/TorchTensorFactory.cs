using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>
/// The methods of <see cref="TorchTensorExtensions"/> in the form <c>DlPack.AsDlPack(tensor)</c>, and <c>Export</c>.
/// </summary>
public static unsafe class TorchTensorFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="TorchTensorExtensions.AsDlPack(torch.Tensor)"/>
        public static DlPackObject AsDlPack(torch.Tensor tensor) => TorchExport.Lend(tensor, useLibtorchDlpack: true);

        /// <summary>
        /// Lends a torch tensor to native code directly: the same as <c>AsDlPack(tensor).Dlpack().Consume()</c>. On
        /// Linux x64 it is libtorch's own struct, with no object on the managed heap, and
        /// <see cref="DlPackDiagnostics"/> does not count it.
        /// </summary>
        /// <param name="tensor">See <see cref="TorchTensorExtensions.AsDlPack(torch.Tensor)"/>.</param>
        /// <returns>A tensor that the caller owns: somebody calls its <c>deleter</c> once, from any thread.</returns>
        /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
        /// <exception cref="ObjectDisposedException"><paramref name="tensor"/> has been disposed.</exception>
        /// <exception cref="DlPackException">
        /// See <see cref="TorchTensorExtensions.AsDlPack(torch.Tensor)"/>.
        /// </exception>
        public static DLManagedTensorVersioned* Export(torch.Tensor tensor) =>
            TorchExport.Export(tensor, useLibtorchDlpack: true);
    }
}
