using System.Buffers;

namespace DlPackNet.Lifetime;

/// <summary>
/// What a <see cref="TensorBlock"/> that lends no array holds. The block has a GC handle to it for good: to write here
/// costs less than to set a handle.
/// </summary>
internal sealed class BlockKeeper
{
    private MemoryHandle _pin;

    /// <summary>Whose memory is lent; null while the block is free.</summary>
    public DlPackOwner? Owner { get; set; }

    /// <summary>Keeps an owner, and its memory in place until <see cref="Unpin"/>.</summary>
    /// <returns>The memory's address.</returns>
    public nint Pin(DlPackMemoryOwner owner)
    {
        try
        {
            nint address = owner.Pin(out _pin);
            Owner = owner;
            return address;
        }
        catch
        {
            // Whatever it put there is its own to dispose, but a free block keeps nothing alive.
            _pin = default;
            throw;
        }
    }

    /// <summary>Undoes <see cref="Pin"/>.</summary>
    public void Unpin()
    {
        try
        {
            _pin.Dispose();
        }
        catch (Exception e)
        {
            _pin = default;
            DlPackDiagnostics.ReportReleaseFailure(e);
        }

        // Until here, since the memory may live no longer than its owner.
        Owner = null;
    }
}
