using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>
/// Memory on a GPU that a tensor keeps, as a buffer of ILGPU. Disposing it releases the tensor once the stream is done.
/// </summary>
internal sealed class CudaTensorBuffer : MemoryBuffer
{
    private readonly CudaStream _stream;
    private readonly nint _streamHandle;
    private readonly PrimaryContext _context;

    // Not a plain reference: of two objects that nobody refers to any more, the tensor might be finalized first, and
    // its memory given back while kernels work on it.
    private nint _tensor;

    private CudaTensorBuffer(
        CudaAccelerator accelerator,
        PrimaryContext context,
        CudaStream stream,
        DlPackObject tensor,
        long length,
        int elementSize)
        : base(accelerator, length, elementSize)
    {
        NativePtr = tensor.Data;
        _context = context;
        _stream = stream;
        _streamHandle = stream.StreamPtr;
        _tensor = GCHandle.ToIntPtr(GCHandle.Alloc(tensor));
    }

    /// <summary>For a buffer that was forgotten with its accelerator, which then leaves it alone.</summary>
    ~CudaTensorBuffer() => ReleaseTensor();

    /// <summary>Puts a buffer around a tensor's memory and takes the tensor over, as the last step.</summary>
    public static CudaTensorBuffer Over(
        CudaAccelerator accelerator, AcceleratorStream? stream, DlPackObject tensor, long length, int elementSize)
    {
        DlPackCuda.Initialize();
        PrimaryContext context = PrimaryContext.Of(accelerator.DeviceId);
        CudaRuntime.Instance.WaitForContent(tensor, ProducerStream.NumberOf(accelerator, stream));
        var queue = (CudaStream)(stream ?? accelerator.DefaultStream);
        return new CudaTensorBuffer(accelerator, context, queue, tensor, length, elementSize);
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
        nint handle = Interlocked.Exchange(ref _tensor, 0);
        if (handle == 0)
        {
            return;
        }

        var kept = GCHandle.FromIntPtr(handle);
        var tensor = (DlPackObject)kept.Target!;
        kept.Free();

        // A destroyed stream cannot be asked; an accelerator's disposal destroys its streams before this.
        bool isStreamThere = _stream.StreamPtr == _streamHandle;
        long? number = isStreamThere ? ProducerStream.NumberOf((CudaAccelerator)Accelerator, _stream) : null;
        Reclaimer.After(_context, number, tensor.Dispose);
    }
}
