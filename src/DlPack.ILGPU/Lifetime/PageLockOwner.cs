using System.Runtime.InteropServices;
using ILGPU.Runtime;

namespace DlPackNet;

/// <summary>Keeps an array in place and locked while it is lent.</summary>
internal sealed class PageLockOwner(Array array, AcceleratorObject scope, DisposalHold hold, long? stream)
    : DlPackOwner
{
    private GCHandle _pin = GCHandle.Alloc(array, GCHandleType.Pinned);

    /// <inheritdoc/>
    protected override long? ProducerStream => stream;

    /// <inheritdoc/>
    protected override void Release()
    {
        if (Reclaimer.IsForkedChild)
        {
            return;
        }

        hold.Return(scope, stream);
        _pin.Free();
    }

    /// <summary>Undoes the constructor, for one whose tensor could not be made.</summary>
    public void Abandon() => Release();
}
