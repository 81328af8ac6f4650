using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>
/// Memory on a GPU that a tensor keeps, as a buffer of ILGPU. Disposing it releases the tensor once the stream is done.
/// </summary>
internal sealed unsafe class CudaTensorBuffer : MemoryBuffer
{
    private readonly CudaStream _stream;
    private readonly nint _streamHandle;
    private readonly PrimaryContext _context;

    // What is lent to this buffer. Not a tensor object, which might be finalized before it, while kernels work on the
    // memory.
    private nint _lent;

    private CudaTensorBuffer(
        CudaAccelerator accelerator,
        PrimaryContext context,
        CudaStream stream,
        DlPackCapsule lent,
        long length,
        int elementSize)
        : base(accelerator, length, elementSize)
    {
        _context = context;
        _stream = stream;
        _streamHandle = stream.StreamPtr;
        _lent = lent.Consume();
        NativePtr = (nint)((DLManagedTensorVersioned*)_lent)->dl_tensor.data;
        Flags = ((DLManagedTensorVersioned*)_lent)->flags & DLPackFlags.ReadOnly;
    }

    /// <summary>For a buffer that was forgotten with its accelerator, which then leaves it alone.</summary>
    ~CudaTensorBuffer()
    {
        if (_lent != 0)
        {
            // Under this lock ILGPU destroys streams.
            lock (IlgpuInternals.SyncRoot(Accelerator))
            {
                ReleaseTensor();
            }
        }
    }

    /// <summary>What the tensor allows.</summary>
    public DLPackFlags Flags { get; }

    /// <summary>Puts a buffer around the memory of a tensor, of which it takes a reference.</summary>
    /// <exception cref="ObjectDisposedException">The tensor or the accelerator has been disposed.</exception>
    public static CudaTensorBuffer Over(
        CudaAccelerator accelerator, AcceleratorStream? stream, DlPackObject tensor, long length, int elementSize)
    {
        DlPackCuda.Initialize();
        PrimaryContext context = PrimaryContext.Of(accelerator.DeviceId);
        var queue = (CudaStream)(stream ?? accelerator.DefaultStream);
        using DlPackCapsule lent = tensor.Dlpack(ProducerStream.NumberOf(accelerator, stream));

        // What joins an accelerator after its disposal is released by nobody.
        lock (IlgpuInternals.SyncRoot(accelerator))
        {
            ObjectDisposedException.ThrowIf(IlgpuInternals.DisposeBarrier(accelerator) != 0, accelerator);
            return new CudaTensorBuffer(accelerator, context, queue, lent, length, elementSize);
        }
    }

    /// <summary>
    /// What <c>Dispose</c> does, but without making the accelerator's context the thread's: whoever lets go, perhaps a
    /// thread of a library that works on another GPU, has its own. May be called again, from any thread.
    /// </summary>
    public void Release()
    {
        GC.SuppressFinalize(this);
        if (Interlocked.Exchange(ref IlgpuInternals.DisposeBarrier(this), 1) == 0)
        {
            lock (IlgpuInternals.SyncRoot(Accelerator))
            {
                IlgpuInternals.Free(this, disposing: true);
            }
        }
    }

    /// <inheritdoc/>
    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaMemSet(stream as CudaStream, value, targetView);

    /// <inheritdoc/>
    protected override void CopyFrom(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy(stream as CudaStream, sourceView, targetView);

    /// <inheritdoc/>
    protected override void CopyTo(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        CudaMemoryBuffer.CudaCopy(stream as CudaStream, sourceView, targetView);

    /// <inheritdoc/>
    protected override void DisposeAcceleratorObject(bool disposing)
    {
        NativePtr = 0;
        ReleaseTensor();
    }

    private void ReleaseTensor()
    {
        // 0 where the constructor threw and the finalizer comes.
        nint lent = Interlocked.Exchange(ref _lent, 0);
        if (lent == 0)
        {
            return;
        }

        // A destroyed stream cannot be asked; an accelerator's disposal destroys its streams before this.
        bool isStreamThere = _stream.StreamPtr == _streamHandle;
        long? number = isStreamThere ? ProducerStream.NumberOf((CudaAccelerator)Accelerator, _stream) : null;
        Reclaimer.After(_context, number, () => DlPack.Release((DLManagedTensorVersioned*)lent));
    }
}
