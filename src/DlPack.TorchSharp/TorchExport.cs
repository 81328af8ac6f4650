using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>Reads where and how a torch tensor lies, or says why it cannot be lent.</summary>
internal static unsafe class TorchExport
{
    // More are an exception of the core; this is only what the stack is asked for.
    private const int MaxDimensions = 64;

    /// <summary>CUDA's legacy default stream: TorchSharp has no other.</summary>
    private const long LegacyDefaultStream = 1;

    /// <inheritdoc cref="TorchTensorExtensions.AsDlPack(torch.Tensor)"/>
    public static DlPackObject Lend(torch.Tensor tensor)
    {
        nint handle = CheckedHandle(tensor);
        DLDataType dtype = CheckedDType(handle);
        DLDevice device = CheckedDevice(handle);
        nint data = CheckedData(handle);
        int ndim = CheckedNDim(handle);
        long* dims = stackalloc long[2 * ndim];
        for (int i = 0; i < ndim; i++)
        {
            dims[i] = LibTorchSharp.THSTensor_size(handle, i);
            dims[ndim + i] = LibTorchSharp.THSTensor_stride(handle, i);
        }

        long? stream = device.device_type == DLDeviceType.kDLCUDA ? LegacyDefaultStream : null;
        nint alias = LibTorchSharp.THSTensor_alias(handle);
        GC.KeepAlive(tensor);
        var owner = new TorchTensorOwner(alias, stream);
        try
        {
            var shape = new ReadOnlySpan<long>(dims, ndim);
            var strides = new ReadOnlySpan<long>(dims + ndim, ndim);
            return DlPack.AsDlPack(data, dtype, shape, strides, device, owner);
        }
        catch
        {
            owner.Free();
            throw;
        }
    }

    /// <summary>Lends a torch tensor to native code directly.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="useLibtorchDlpack">False, for tests, to go as on platforms without libtorch's own way.</param>
    /// <returns>A struct that the caller owns.</returns>
    public static DLManagedTensorVersioned* Export(torch.Tensor tensor, bool useLibtorchDlpack)
    {
        if (!useLibtorchDlpack || !LibtorchDlpack.IsAvailable)
        {
            using DlPackObject dl = Lend(tensor);
            return DlPack.Export(dl);
        }

        nint handle = CheckedHandle(tensor);
        CheckedDType(handle);
        CheckedDevice(handle);
        CheckedData(handle);
        CheckedNDim(handle);
        DLManagedTensorVersioned* lent = LibtorchDlpack.Lend(handle);
        GC.KeepAlive(tensor);

        // Which libtorch does not say.
        if (RepeatsElements(&lent->dl_tensor))
        {
            lent->flags |= DLPackFlags.ReadOnly;
        }

        return lent;
    }

    private static bool RepeatsElements(DLTensor* tensor)
    {
        for (int i = 0; i < tensor->ndim; i++)
        {
            if (tensor->strides[i] == 0 && tensor->shape[i] > 1)
            {
                return true;
            }
        }

        return false;
    }

    private static nint CheckedHandle(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        ObjectDisposedException.ThrowIf(tensor.IsInvalid, tensor);
        return tensor.Handle;
    }

    private static DLDataType CheckedDType(nint handle)
    {
        if ((LibTorchSharp.THSTensor_is_sparse(handle)
            | LibTorchSharp.THSTensor_requires_grad(handle)
            | LibTorchSharp.THSTensor_is_conj(handle)
            | LibTorchSharp.THSTensor_is_neg(handle)) != 0)
        {
            ThrowNotPlain(handle);
        }

        return TorchDTypes.Of(LibTorchSharp.THSTensor_type(handle));
    }

    [DoesNotReturn]
    private static void ThrowNotPlain(nint handle) => throw new DlPackException(
        LibTorchSharp.THSTensor_is_sparse(handle) != 0
            ? "The torch tensor is sparse, and DLPack describes strided memory only. Lend its to_dense(), or its "
            + "indices and values."
        : LibTorchSharp.THSTensor_requires_grad(handle) != 0
            ? "The torch tensor requires gradients, which a consumer of its memory would not record. Lend its "
            + "detach(), which is the same memory."
        : LibTorchSharp.THSTensor_is_conj(handle) != 0
            ? "The torch tensor's conjugation is pending: its memory holds the conjugate of its values. Lend its "
            + "resolve_conj()."
            : "The torch tensor's negation is pending: its memory holds the negative of its values. Lend its "
            + "resolve_neg().");

    private static DLDevice CheckedDevice(nint handle)
    {
        DeviceType type = LibTorchSharp.THSTensor_device_type(handle);
        return type switch
        {
            DeviceType.CPU => DLDevice.Cpu,
            DeviceType.CUDA => DLDevice.Cuda(LibTorchSharp.THSTensor_device_index(handle)),
            DeviceType.META => throw new DlPackException(
                "The torch tensor is on the meta device: it has a shape, but no elements. Make it on the CPU or "
                + "on CUDA."),
            _ => throw new DlPackException(
                $"The torch tensor is on {type}. The CPU and CUDA can be lent from: lend its cpu(), which is a copy."),
        };
    }

    private static nint CheckedData(nint handle)
    {
        nint data = LibTorchSharp.THSTensor_data(handle);
        if (data == 0 && TorchErrors.TakeLast() is { } reason)
        {
            throw new DlPackException(
                "The torch tensor has no memory of its own, as those of most sparse layouts. Lend its to_dense().",
                reason);
        }

        return data;
    }

    private static int CheckedNDim(nint handle)
    {
        long ndim = LibTorchSharp.THSTensor_ndimension(handle);
        return ndim <= MaxDimensions
            ? (int)ndim
            : throw new DlPackException(
                $"The torch tensor has {ndim} dimensions, and DLPack's consumers take up to {MaxDimensions}. Lend a "
                + "view() of it with fewer.");
    }
}
