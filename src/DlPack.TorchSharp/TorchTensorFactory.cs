using TorchSharp;

namespace DlPackNet;

/// <summary>The methods of <see cref="TorchTensorExtensions"/> in the form <c>DlPack.AsDlPack(tensor)</c>.</summary>
public static class TorchTensorFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="TorchTensorExtensions.AsDlPack(torch.Tensor)"/>
        public static DlPackObject AsDlPack(torch.Tensor tensor) => TorchExport.Lend(tensor);
    }
}
