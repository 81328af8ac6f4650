using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>
/// Memory on a GPU that a tensor keeps, as a buffer of ILGPU. Disposing it releases the tensor once the stream is done.
/// </summary>
internal sealed class CudaTensorBuffer : MemoryBuffer
{
    private readonly DlPackObject _tensor;
    private readonly long _stream;

    private CudaTensorBuffer(CudaAccelerator accelerator, long stream, DlPackObject tensor, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        NativePtr = tensor.Data;
        _stream = stream;
        _tensor = tensor;
    }

    /// <summary>Puts a buffer around a tensor's memory and takes the tensor over, as the last step.</summary>
    public static CudaTensorBuffer Over(
        CudaAccelerator accelerator, long stream, DlPackObject tensor, long length, int elementSize)
    {
        DlPackCuda.Initialize();
        CudaRuntime.Instance.WaitForContent(tensor, stream);
        return new CudaTensorBuffer(accelerator, stream, tensor, length, elementSize);
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

        // Null where the constructor threw and the finalizer comes.
        if (_tensor is { } tensor)
        {
            var accelerator = (CudaAccelerator)Accelerator;
            Reclaimer.After(PrimaryContext.Of(accelerator.DeviceId), _stream, tensor.Dispose);
        }
    }
}
