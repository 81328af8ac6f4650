using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>Lends torch tensors by the C functions that TorchSharp has on every platform.</summary>
internal static unsafe class PortableTorchExport
{
    /// <inheritdoc cref="TorchTensorExtensions.AsDlPack(torch.Tensor)"/>
    public static DlPackObject Lend(torch.Tensor tensor)
    {
        nint handle = TorchExport.CheckedHandle(tensor);
        if (LibTorchSharp.THSTensor_is_sparse(handle) != 0)
        {
            TorchRefusals.NoStrides();
        }

        if ((LibTorchSharp.THSTensor_requires_grad(handle)
            | LibTorchSharp.THSTensor_is_conj(handle)
            | LibTorchSharp.THSTensor_is_neg(handle)) != 0)
        {
            TorchRefusals.NotPlain(tensor);
        }

        DLDataType dtype = TorchDTypes.Of(LibTorchSharp.THSTensor_type(handle));
        DLDevice device = CheckedDevice(handle);
        nint data = LibTorchSharp.THSTensor_data(handle);
        int ndim = CheckedNDim(handle);
        long* dims = stackalloc long[2 * ndim];
        for (int i = 0; i < ndim; i++)
        {
            dims[i] = LibTorchSharp.THSTensor_size(handle, i);
            dims[ndim + i] = LibTorchSharp.THSTensor_stride(handle, i);
        }

        // What has no strides complains of one of these questions and answers 0, or has no address.
        var shape = new ReadOnlySpan<long>(dims, ndim);
        Exception? reason = TorchErrors.TakeLast();
        if (reason is not null || (data == 0 && !shape.Contains(0)))
        {
            TorchRefusals.NoStrides(reason);
        }

        var owner = new TorchTensorOwner(LibTorchSharp.THSTensor_alias(handle), TorchExport.StreamOf(device));
        GC.KeepAlive(tensor);
        try
        {
            var strides = new ReadOnlySpan<long>(dims + ndim, ndim);
            return DlPack.AsDlPack(data, dtype, shape, strides, device, owner);
        }
        catch
        {
            owner.Free();
            throw;
        }
    }

    private static DLDevice CheckedDevice(nint handle)
    {
        DeviceType type = LibTorchSharp.THSTensor_device_type(handle);
        switch (type)
        {
            case DeviceType.CPU:
                return DLDevice.Cpu;
            case DeviceType.CUDA:
                return DLDevice.Cuda(LibTorchSharp.THSTensor_device_index(handle));
            default:
                TorchRefusals.Device(type);
                return default;
        }
    }

    private static int CheckedNDim(nint handle)
    {
        long ndim = LibTorchSharp.THSTensor_ndimension(handle);
        if (ndim > TorchExport.MaxDimensions)
        {
            TorchRefusals.Dimensions(ndim);
        }

        return (int)ndim;
    }
}
