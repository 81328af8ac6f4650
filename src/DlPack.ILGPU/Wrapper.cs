using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Puts ILGPU's kind of buffer around a tensor's memory.</summary>
internal static unsafe class Wrapper
{
    /// <summary>
    /// Throws unless an accelerator can work on a tensor's memory; waits for work that is pending on it.
    /// </summary>
    /// <exception cref="DlPackException">It is on another device, or in another context.</exception>
    public static void CheckReachable(DlPackObject tensor, Accelerator accelerator)
    {
        if (accelerator is CudaAccelerator cuda)
        {
            CudaGuard.CheckReachable(tensor, cuda);
        }
        else if (accelerator.AcceleratorType != AcceleratorType.CPU)
        {
            throw new DlPackException(
                $"Memory on {tensor.Device} cannot be seen by {accelerator.AcceleratorType} ({accelerator.Name}), "
                + "which knows memory by handles of its own. Copy it there: Copy() and CopyFromCPU.");
        }
        else if (!tensor.Device.IsCpuReadable)
        {
            throw new DlPackException(
                $"The tensor is on {tensor.Device}, and a CPU accelerator works on main memory. Take Copy(), or pass "
                + "an accelerator of that device.");
        }
        else
        {
            tensor.EnsureOnHost();
        }
    }

    /// <summary>A view over everything from the tensor's first to its last element.</summary>
    /// <returns>A view whose buffer has a reference to the tensor's memory.</returns>
    public static ArrayView<T> Wrap<T>(
        DlPackObject tensor, Accelerator accelerator, AcceleratorStream? stream, long length)
        where T : unmanaged
    {
        try
        {
            MemoryBuffer buffer = accelerator is CudaAccelerator cuda
                ? CudaTensorBuffer.Over(cuda, stream, tensor, length, sizeof(T))
                : CpuTensorBuffer.Over(accelerator, tensor, length, sizeof(T));
            return new ArrayView<T>(buffer, 0, length);
        }
        catch (Exception e) when (IlgpuInternals.IsMissing(e))
        {
            throw IlgpuInternals.Unknown(e);
        }
    }
}
