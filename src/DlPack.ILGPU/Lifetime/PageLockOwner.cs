using System.Runtime.InteropServices;
using DlPackNet.Interop;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Keeps an array in place and locked while it is lent.</summary>
internal sealed class PageLockOwner(Array array, AcceleratorObject scope, DisposalHold hold, ProducerStream? stream)
    : DlPackOwner
{
    private GCHandle _pin = GCHandle.Alloc(array, GCHandleType.Pinned);

    /// <inheritdoc/>
    protected override long? ProducerStream => stream?.Number;

    /// <inheritdoc/>
    protected override DLDevice? StreamDevice => scope.Accelerator is CudaAccelerator { DeviceId: not 0 } cuda
        ? DLDevice.Cuda(cuda.DeviceId)
        : null;

    /// <inheritdoc/>
    protected override void Release()
    {
        if (PrimaryContext.IsOfParent(scope))
        {
            return;
        }

        // The array stays in place as long as it is locked, and as work that is queued may write to it.
        hold.Return(scope, stream?.Number, _pin.Free);
        stream?.Return();
    }

    /// <summary>Undoes the constructor, for one whose tensor could not be made.</summary>
    public void Abandon() => Release();
}
