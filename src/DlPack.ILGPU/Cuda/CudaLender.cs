using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Makes tensors of views on CUDA accelerators.</summary>
internal static unsafe class CudaLender
{
    /// <summary>A tensor over a view's memory, which is held until the last borrower is done.</summary>
    public static DlPackObject Lend<T>(
        ArrayView<T> items,
        MemoryBuffer buffer,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        AcceleratorStream? stream,
        DLDataType? dtype)
        where T : unmanaged
    {
        var accelerator = (CudaAccelerator)buffer.Accelerator;
        CudaGuard.CheckLendable(accelerator);
        DlPackCuda.Initialize();
        ProducerStream producer = ProducerStream.Take(accelerator, stream);
        DisposalHold? hold = null;
        try
        {
            hold = DisposalHold.Take(buffer);
            return DlPack.AsDlPack(
                Lender.AddressOf(items),
                shape,
                strides,
                dtype,
                DLDevice.Cuda(accelerator.DeviceId),
                new CudaBufferOwner(buffer, hold, producer),
                buffer is CudaTensorBuffer kept ? kept.Flags : DLPackFlags.None);
        }
        catch
        {
            hold?.Return(buffer);
            producer.Return();
            throw;
        }
    }
}
