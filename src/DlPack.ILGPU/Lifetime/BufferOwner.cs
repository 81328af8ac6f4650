using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Keeps a buffer of the CPU from being freed while it is lent.</summary>
internal sealed class BufferOwner(MemoryBuffer buffer, DisposalHold hold) : DlPackOwner
{
    /// <inheritdoc/>
    protected override void Release() => hold.Return(buffer);
}
