namespace DlPackNet;

/// <summary>Keeps locked memory until its tensor's last borrower is done.</summary>
internal sealed class PinnedOwner(PinnedMemory memory) : DlPackOwner
{
    /// <inheritdoc/>
    protected override void Release() => memory.Return();
}
