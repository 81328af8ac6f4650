using TorchSharp;

namespace DlPackNet.AdapterTests;

/// <summary>The suite as on platforms where libtorch's own entry to DLPack is not known.</summary>
public sealed class PortableTests : TorchSharpTests
{
    /// <inheritdoc/>
    protected override long ImportsWhileLent => 0;

    /// <inheritdoc/>
    protected override torch.Tensor ToTorchTensor(DlPackObject tensor, bool allowReadOnly) =>
        torch.Tensor.UnsafeCreateTensor(TorchImport.Take(tensor, allowReadOnly, useLibtorchDlpack: false));

    /// <inheritdoc/>
    protected override DlPackObject AsDlPack(torch.Tensor tensor, bool isStatic) =>
        TorchExport.Lend(tensor, useLibtorchDlpack: false);
}
