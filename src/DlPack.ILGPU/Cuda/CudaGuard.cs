using DlPackNet.Interop;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

/// <summary>
/// The border between CUDA contexts: an address need not be valid in a context other than its own, and a kernel that
/// uses it there ruins the context for the whole process.
/// </summary>
internal static class CudaGuard
{
    /// <summary>Throws unless an accelerator's memory is in the context that all other libraries use.</summary>
    /// <exception cref="DlPackException">ILGPU made a context of its own, as it always does.</exception>
    public static void CheckLendable(CudaAccelerator accelerator)
    {
        ObjectDisposedException.ThrowIf(accelerator.IsDisposed, accelerator);
        if (accelerator.NativePtr != PrimaryContext.Of(accelerator.DeviceId).Handle)
        {
            throw new DlPackException(
                $"The memory of {accelerator.Name} is in a CUDA context that ILGPU made for itself. Other libraries "
                + "use the "
                + $"primary context of GPU {accelerator.DeviceId}, where its addresses need not be valid. Make the "
                + "accelerator by DlPackCuda.CreateAccelerator, or copy the buffer to the CPU and lend that.");
        }
    }

    /// <summary>Throws unless an accelerator can reach a tensor's memory.</summary>
    /// <exception cref="DlPackException">Another device, another GPU, another context.</exception>
    public static void CheckReachable(DlPackObject tensor, CudaAccelerator accelerator)
    {
        DLDevice device = tensor.Device;
        bool isKind = device.device_type is DLDeviceType.kDLCUDA or DLDeviceType.kDLCUDAManaged;
        if (!isKind || (device.device_type == DLDeviceType.kDLCUDA && device.device_id != accelerator.DeviceId))
        {
            throw new DlPackException(
                $"The tensor is on {device}, and {accelerator.Name} works on {DLDevice.Cuda(accelerator.DeviceId)}. "
                + "Take "
                + "Copy() and CopyFromCPU, or make the accelerator on the tensor's device.");
        }

        if (tensor.Length == 0)
        {
            return;
        }

        CudaMemory memory = CudaMemory.Find(tensor.Data) ?? throw new DlPackException(
            $"The tensor says that it is on {device}, but the CUDA driver does not know its address "
            + $"0x{tensor.Data:x}. Its "
            + "producer is wrong about the device.");

        if (memory.Device.device_type == DLDeviceType.kDLCUDA && memory.Device != DLDevice.Cuda(accelerator.DeviceId))
        {
            throw new DlPackException(
                $"The tensor says that it is on {device}, and by the CUDA driver its address 0x{tensor.Data:x} is on "
                + $"{memory.Device}. Its producer is wrong about the device.");
        }

        // Memory of pools is in no context: only of the primary one it is known that all its users see it.
        nint context = memory.Context != 0 ? memory.Context : PrimaryContext.Of(accelerator.DeviceId).Handle;
        if (context != accelerator.NativePtr)
        {
            throw new DlPackException(
                $"The tensor's memory is in CUDA context 0x{context:x}, and {accelerator.Name} works in context "
                + $"0x{accelerator.NativePtr:x}, where its address need not be valid. Make the accelerator by "
                + "DlPackCuda.CreateAccelerator, which shares the context of other libraries, or take Copy() and "
                + "CopyFromCPU.");
        }
    }
}
