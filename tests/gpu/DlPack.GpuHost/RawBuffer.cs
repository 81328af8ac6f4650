using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet.GpuHost;

/// <summary>An address as a buffer of ILGPU, without any check: for probes of what crosses contexts.</summary>
internal sealed class RawBuffer : MemoryBuffer
{
    public RawBuffer(CudaAccelerator accelerator, nint address, long count)
        : base(accelerator, count, sizeof(float)) => NativePtr = address;

    /// <inheritdoc/>
    protected override void MemSet(AcceleratorStream stream, byte value, in ArrayView<byte> targetView) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void CopyFrom(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void CopyTo(
        AcceleratorStream stream, in ArrayView<byte> sourceView, in ArrayView<byte> targetView) =>
        throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void DisposeAcceleratorObject(bool disposing)
    {
    }
}
