using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Keeps a resource on a GPU from being freed while it is lent.</summary>
internal sealed class CudaBufferOwner(AcceleratorObject resource, DisposalHold hold, ProducerStream stream)
    : DlPackOwner
{
    /// <inheritdoc/>
    protected override long? ProducerStream => stream.Number;

    /// <inheritdoc/>
    protected override void Release()
    {
        if (!PrimaryContext.IsOfParent(resource))
        {
            hold.Return(resource, stream.Number);
            stream.Return();
        }
    }
}
