namespace DlPackNet;

/// <summary>Keeps locked memory until its tensor's last borrower is done, and the GPU with what it queued.</summary>
internal sealed class PinnedOwner(PrimaryContext context, PinnedMemory memory) : DlPackOwner
{
    // Whoever borrows it may copy from it on any stream.
    /// <inheritdoc/>
    protected override void Release() => Reclaimer.After(context, stream: null, memory.Return);
}
