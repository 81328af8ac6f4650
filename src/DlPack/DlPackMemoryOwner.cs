using System.Buffers;

namespace DlPackNet;

/// <summary>
/// An owner of memory that can move, that the garbage collector frees, and that each borrower can pin for itself: it is
/// quicker to lend than by another <see cref="DlPackPinnableOwner"/>, which counts borrowers to pin for all of them.
/// </summary>
/// <remarks>It serves any number of <c>AsDlPack</c> calls. <see cref="DlPackOwner.Release"/> is never called.</remarks>
public abstract class DlPackMemoryOwner : DlPackPinnableOwner
{
    private MemoryHandle _handle;

    /// <summary>An owner of memory that nobody has to give back.</summary>
    protected DlPackMemoryOwner()
        : base(hasRelease: false)
    {
    }

    /// <summary>Keeps the memory in place once more, until the handle is disposed.</summary>
    /// <param name="handle">
    /// What lets the memory move again. It is disposed once, on whatever thread lets go; an exception then goes to
    /// <see cref="DlPackDiagnostics.ReleaseFailed"/>.
    /// </param>
    /// <returns>The memory's address, to which a tensor's own address is relative.</returns>
    /// <remarks>
    /// Any number of handles may be out, and several threads may call this, and dispose handles, at the same time. If
    /// it throws, there is no handle: what it has pinned until then, it lets go of itself.
    /// </remarks>
    protected internal abstract nint Pin(out MemoryHandle handle);

    /// <inheritdoc/>
    protected sealed override nint Pin() => Pin(out _handle);

    /// <inheritdoc/>
    protected sealed override void Unpin() => _handle.Dispose();
}
