namespace DlPackNet;

/// <summary>Keeps a tensor that a view was made of while that view is lent.</summary>
internal sealed class TensorBufferOwner(CpuTensorBuffer buffer) : DlPackOwner
{
    /// <inheritdoc/>
    protected override void Release() => buffer.Return();
}
