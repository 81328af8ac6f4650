using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>
/// Lends torch tensors, by libtorch's own struct where it has been found, once all has been asked that would end the
/// process in libtorch.
/// </summary>
internal static unsafe class TorchExport
{
    /// <summary>The most dimensions that DLPack's consumers take.</summary>
    public const int MaxDimensions = 64;

    /// <summary>CUDA's legacy default stream: TorchSharp has no other.</summary>
    private const long LegacyDefaultStream = 1;

    /// <summary>A tensor over the elements of a torch tensor.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="useLibtorchDlpack">False, for tests, to go as on platforms without libtorch's own way.</param>
    public static DlPackObject Lend(torch.Tensor tensor, bool useLibtorchDlpack)
    {
        // First: without a tensor the libraries may not be loaded, in which LibtorchDlpack looks once.
        ArgumentNullException.ThrowIfNull(tensor);
        if (!useLibtorchDlpack || !LibtorchDlpack.IsAvailable)
        {
            return PortableTorchExport.Lend(tensor);
        }

        DLManagedTensorVersioned* direct = LendDirectly(tensor);
        if (direct->dl_tensor.device.device_type == DLDeviceType.kDLCPU)
        {
            return DlPack.FromDlpack(direct);
        }

        // Which knows the stream, that libtorch's struct does not tell.
        var owner = new LibtorchOwner(direct);
        try
        {
            DLTensor* lent = owner.Tensor;
            return DlPack.AsDlPack(
                lent->data,
                lent->dtype,
                new ReadOnlySpan<long>(lent->shape, lent->ndim),
                new ReadOnlySpan<long>(lent->strides, lent->ndim),
                lent->device,
                owner,
                byteOffset: lent->byte_offset);
        }
        catch
        {
            owner.Free();
            throw;
        }
    }

    /// <summary>Lends a torch tensor to native code directly.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="useLibtorchDlpack">See <see cref="Lend"/>.</param>
    /// <returns>A struct that the caller owns.</returns>
    public static DLManagedTensorVersioned* Export(torch.Tensor tensor, bool useLibtorchDlpack)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!useLibtorchDlpack || !LibtorchDlpack.IsAvailable)
        {
            using DlPackObject dl = PortableTorchExport.Lend(tensor);
            return DlPack.Export(dl);
        }

        DLManagedTensorVersioned* lent = LendDirectly(tensor);

        // Which libtorch does not say.
        if (DlPack.RepeatsElements(&lent->dl_tensor))
        {
            lent->flags |= DLPackFlags.ReadOnly;
        }

        return lent;
    }

    /// <summary>The handle of a tensor that is not disposed.</summary>
    public static nint CheckedHandle(torch.Tensor tensor)
    {
        ObjectDisposedException.ThrowIf(tensor.IsInvalid, tensor);
        return tensor.Handle;
    }

    /// <summary>The stream on whose work the content of memory on a device depends.</summary>
    public static long? StreamOf(DLDevice device) =>
        device.device_type == DLDeviceType.kDLCPU ? null : LegacyDefaultStream;

    private static DLManagedTensorVersioned* LendDirectly(torch.Tensor tensor)
    {
        nint handle = CheckedHandle(tensor);
        if (!LibtorchDlpack.HasStrides(handle))
        {
            TorchRefusals.NoStrides();
        }

        TorchDTypes.Check(LibtorchDlpack.DType(handle));
        if (!LibtorchDlpack.IsPlain(handle))
        {
            TorchRefusals.NotPlain(tensor);
        }

        DeviceType device = LibtorchDlpack.DeviceType(handle);
        if (device is not (DeviceType.CPU or DeviceType.CUDA))
        {
            TorchRefusals.Device(device);
        }

        DLManagedTensorVersioned* lent = LibtorchDlpack.Lend(handle);
        GC.KeepAlive(tensor);
        int ndim = lent->dl_tensor.ndim;
        if (ndim > MaxDimensions)
        {
            lent->deleter(lent);
            TorchRefusals.Dimensions(ndim);
        }

        // Zeros that torch only pretends to have: what is there has no address.
        if (lent->dl_tensor.data is null && !new ReadOnlySpan<long>(lent->dl_tensor.shape, ndim).Contains(0))
        {
            lent->deleter(lent);
            TorchRefusals.NoStrides();
        }

        return lent;
    }
}
