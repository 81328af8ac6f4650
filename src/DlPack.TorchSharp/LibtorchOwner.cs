using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Keeps a torch tensor alive by the struct with which libtorch lends it.</summary>
/// <param name="lent">The struct, taken over.</param>
internal sealed unsafe class LibtorchOwner(DLManagedTensorVersioned* lent) : DlPackOwner
{
    // Not asked of the struct, which another thread may give back meanwhile.
    private readonly long? _stream = TorchExport.StreamOf(lent->dl_tensor.device);

    /// <summary>What it says.</summary>
    public DLTensor* Tensor => &lent->dl_tensor;

    /// <inheritdoc/>
    protected override long? ProducerStream => _stream;

    /// <summary>Gives the struct back, of an owner that was not taken over.</summary>
    public void Free() => Release();

    /// <inheritdoc/>
    protected override void Release() => lent->deleter(lent);
}
