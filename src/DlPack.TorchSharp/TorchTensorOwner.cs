using TorchSharp;

namespace DlPackNet;

/// <summary>
/// Keeps a torch tensor alive by a handle of its own, whoever disposes the <see cref="torch.Tensor"/>.
/// </summary>
/// <param name="handle">The handle, taken over.</param>
/// <param name="stream">The stream that fills the memory, or null for main memory.</param>
internal sealed class TorchTensorOwner(nint handle, long? stream) : DlPackOwner
{
    /// <inheritdoc/>
    protected override long? ProducerStream => stream;

    /// <summary>Frees the handle, of an owner that was not taken over.</summary>
    public void Free() => Release();

    /// <inheritdoc/>
    protected override void Release() => LibTorchSharp.THSTensor_dispose(handle);
}
