using System.Buffers;

namespace DlPackNet.Lifetime;

/// <summary>Pins a <see cref="ReadOnlyMemory{T}"/> while it is seen, and disposes what owns it at the end.</summary>
internal sealed unsafe class MemoryOwner<T>(ReadOnlyMemory<T> memory, IDisposable? owner)
    : DlPackPinnableOwner(hasRelease: owner is not null)
{
    private MemoryHandle _handle;

    protected override nint Pin()
    {
        _handle = memory.Pin();
        return (nint)_handle.Pointer;
    }

    protected override void Unpin() => _handle.Dispose();

    protected override void Release() => owner?.Dispose();
}
