using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet;

/// <summary>
/// Main memory that a tensor keeps, as a buffer of ILGPU. Disposing it, or its accelerator, releases the tensor.
/// </summary>
internal sealed class CpuTensorBuffer : CPUMemoryBuffer
{
    private readonly DlPackObject _tensor;

    /// <summary>Takes a tensor over, as the last step.</summary>
    public CpuTensorBuffer(Accelerator accelerator, DlPackObject tensor, long length, int elementSize)
        : base(accelerator, length, elementSize)
    {
        NativePtr = tensor.Data;
        _tensor = tensor;
    }

    /// <inheritdoc/>
    protected override void DisposeAcceleratorObject(bool disposing)
    {
        NativePtr = 0;

        // Null where the constructor threw and the finalizer comes.
        _tensor?.Dispose();
    }
}
