using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>Makes tensors of views on CUDA accelerators.</summary>
internal static unsafe class CudaLender
{
    private const long LegacyDefault = 1;

    /// <summary>A stream in DLPack's numbering.</summary>
    public static long Stream(CudaAccelerator accelerator, AcceleratorStream? stream)
    {
        nint handle = ((CudaStream)(stream ?? accelerator.DefaultStream)).StreamPtr;
        return handle == 0 ? LegacyDefault : handle;
    }

    /// <summary>A tensor over a view's memory, which is held until the last borrower is done.</summary>
    public static DlPackObject Lend<T>(
        ArrayView<T> items,
        MemoryBuffer buffer,
        ReadOnlySpan<long> shape,
        ReadOnlySpan<long> strides,
        long stream,
        DLDataType? dtype)
        where T : unmanaged
    {
        var accelerator = (CudaAccelerator)buffer.Accelerator;
        CudaGuard.CheckLendable(accelerator);
        DlPackCuda.Initialize();
        DisposalHold hold = DisposalHold.Take(buffer);
        try
        {
            return DlPack.AsDlPack(
                Lender.AddressOf(items),
                shape,
                strides,
                dtype,
                DLDevice.Cuda(accelerator.DeviceId),
                new CudaBufferOwner(buffer, hold, stream));
        }
        catch
        {
            hold.Return(buffer);
            throw;
        }
    }
}
