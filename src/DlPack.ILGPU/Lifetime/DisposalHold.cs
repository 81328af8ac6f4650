using System.Runtime.CompilerServices;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Util;

namespace DlPackNet;

/// <summary>
/// Keeps ILGPU from freeing a resource while it is lent: <c>Dispose</c> takes effect when the last borrower is done.
/// </summary>
/// <remarks>
/// While it is held, the resource is marked as freed already, so that ILGPU does not free it; its dispose barrier shows
/// whether somebody tried. ILGPU looks at the mark under the accelerator's lock, and so does this.
/// </remarks>
internal sealed class DisposalHold
{
    private static readonly ConditionalWeakTable<AcceleratorObject, DisposalHold> _holds = [];

    private int _count;

    private DisposalHold()
    {
    }

    /// <summary>Holds a resource, once more if it is held already.</summary>
    /// <exception cref="ObjectDisposedException">The resource or its accelerator has been disposed.</exception>
    /// <exception cref="DlPackException">The version of ILGPU is one that this library does not know.</exception>
    public static DisposalHold Take(AcceleratorObject resource)
    {
        try
        {
            DisposalHold hold = _holds.GetValue(resource, static _ => new DisposalHold());
            hold.Add(resource);
            return hold;
        }
        catch (Exception e) when (IlgpuInternals.IsMissing(e))
        {
            throw IlgpuInternals.Unknown(e);
        }
    }

    /// <summary>Gives one hold back. If it is the last and the resource was disposed meanwhile, it is freed.</summary>
    /// <param name="resource">What <see cref="Take"/> got.</param>
    /// <param name="stream">
    /// On CUDA the stream that must be done before it is freed, which is waited for elsewhere.
    /// </param>
    /// <param name="then">What is to follow when the resource is free, or its owner's again.</param>
    public void Return(AcceleratorObject resource, long? stream = null, Action? then = null)
    {
        Accelerator accelerator = resource.Accelerator;
        bool isOwners;
        lock (IlgpuInternals.SyncRoot(accelerator))
        {
            isOwners = _count > 1 || !IsDisposalPending(resource);
            if (isOwners)
            {
                Drop(resource);
            }
        }

        if (isOwners)
        {
            then?.Invoke();
        }
        else if (accelerator is CudaAccelerator cuda)
        {
            Reclaimer.After(PrimaryContext.Of(cuda.DeviceId), stream ?? 1, () => Free(resource, then));
        }
        else
        {
            Free(resource, then);
        }
    }

    /// <summary>Whether somebody has disposed a resource, though it may be held still.</summary>
    public static bool IsDisposed(AcceleratorObject resource) => IsBarred(resource);

    // An accelerator of the CPU does not wait for what is lent: from its disposal on, nobody else frees the memory.
    private static bool IsDisposalPending(AcceleratorObject resource) =>
        IsBarred(resource)
        || (resource.AcceleratorType == AcceleratorType.CPU && IsBarred(resource.Accelerator));

    // IsDisposed comes true at the end of a disposal only, and of a resource while it is held.
    private static bool IsBarred(DisposeBase target) => Volatile.Read(ref IlgpuInternals.DisposeBarrier(target)) != 0;

    // Nobody can have taken it again since disposal is pending; what is pending stays so.
    private void Free(AcceleratorObject resource, Action? then)
    {
        try
        {
            lock (IlgpuInternals.SyncRoot(resource.Accelerator))
            {
                Drop(resource);
                IlgpuInternals.Free(resource, disposing: true);
            }
        }
        finally
        {
            then?.Invoke();
        }
    }

    private void Drop(AcceleratorObject resource)
    {
        if (--_count == 0)
        {
            AcceleratorHolds.Remove(resource.Accelerator);
            IlgpuInternals.IsDisposed(resource) = false;
        }
    }

    private void Add(AcceleratorObject resource)
    {
        Accelerator accelerator = resource.Accelerator;
        lock (IlgpuInternals.SyncRoot(accelerator))
        {
            ObjectDisposedException.ThrowIf(IsBarred(accelerator), accelerator);
            ObjectDisposedException.ThrowIf(IsBarred(resource), resource);
            if (_count == 0)
            {
                AcceleratorHolds.Add(accelerator);
                IlgpuInternals.IsDisposed(resource) = true;
            }

            _count++;
        }
    }
}
