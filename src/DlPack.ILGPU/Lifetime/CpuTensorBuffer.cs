using DlPackNet.Interop;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet;

/// <summary>
/// Main memory that a tensor keeps, as a buffer of ILGPU. Disposing it, or its accelerator, releases the tensor, once
/// the borrowers of its views are done too.
/// </summary>
internal sealed unsafe class CpuTensorBuffer : CPUMemoryBuffer
{
    private readonly TensorBuffers _siblings;
    private WeakReference<CpuTensorBuffer>? _place;

    // What is lent to this buffer. Not a tensor object, which might be finalized before it.
    private DLManagedTensorVersioned* _lent;
    private int _references;
    private int _isReleased;

    // ILGPU would enter it in the accelerator's list; the siblings are a quicker one.
    private CpuTensorBuffer(Accelerator accelerator, TensorBuffers siblings, long length, int elementSize)
        : base(null!, length, elementSize)
    {
        IlgpuInternals.AcceleratorOf(this) = accelerator;
        _siblings = siblings;
    }

    /// <summary>For a buffer that was forgotten; it has no reference where it could not be made.</summary>
    ~CpuTensorBuffer()
    {
        if (_references != 0)
        {
            Release();
        }
    }

    /// <summary>What the tensor allows.</summary>
    public DLPackFlags Flags => _lent->flags & DLPackFlags.ReadOnly;

    /// <summary>Puts a buffer around the memory of a tensor, of which it takes a reference.</summary>
    /// <exception cref="ObjectDisposedException">The tensor or the accelerator has been disposed.</exception>
    public static CpuTensorBuffer Over(Accelerator accelerator, DlPackObject tensor, long length, int elementSize)
    {
        TensorBuffers siblings = TensorBuffers.Of(accelerator);
        var buffer = new CpuTensorBuffer(accelerator, siblings, length, elementSize);
        buffer._lent = DlPack.Export(tensor);
        buffer._references = 1;
        buffer.NativePtr = (nint)buffer._lent->dl_tensor.data;
        buffer._place = siblings.Add(buffer);
        return buffer;
    }

    /// <summary>
    /// What <c>Dispose</c> does, but without taking the accelerator's lock. May be called again, from any thread.
    /// </summary>
    public void Release()
    {
        GC.SuppressFinalize(this);
        Volatile.Write(ref IlgpuInternals.DisposeBarrier(this), 1);
        IlgpuInternals.IsDisposed(this) = true;
        ReleaseOnce();
    }

    /// <summary>Keeps the memory for a borrower of a view.</summary>
    /// <exception cref="ObjectDisposedException">This has been disposed.</exception>
    public void AddReference()
    {
        int seen = _references;
        for (int before; seen != 0 && _isReleased == 0; seen = before)
        {
            before = Interlocked.CompareExchange(ref _references, seen + 1, seen);
            if (before == seen)
            {
                return;
            }
        }

        ObjectDisposedException.ThrowIf(true, this);
    }

    /// <summary>Undoes <see cref="AddReference"/>.</summary>
    public void Return()
    {
        if (Interlocked.Decrement(ref _references) == 0)
        {
            NativePtr = 0;
            DlPack.Release(_lent);
        }
    }

    /// <inheritdoc/>
    protected override void DisposeAcceleratorObject(bool disposing)
    {
        using var pause = new LockPause(IlgpuInternals.SyncRoot(Accelerator));
        ReleaseOnce();
    }

    private void ReleaseOnce()
    {
        if (Interlocked.Exchange(ref _isReleased, 1) != 0)
        {
            return;
        }

        if (_place is { } place)
        {
            _siblings.Remove(place);
        }

        Return();
    }
}
