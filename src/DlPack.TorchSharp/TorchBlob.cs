using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>Makes a torch tensor over main memory by the C functions that TorchSharp has on every platform.</summary>
internal static unsafe class TorchBlob
{
    private const string Problem = "libtorch cannot make a tensor over this memory";

    /// <summary>Makes a tensor of what is lent.</summary>
    /// <param name="lent">A checked tensor in main memory; taken over, even if this method throws.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="isContiguous">Whether it is row-major without gaps.</param>
    /// <returns>The handle of a new tensor.</returns>
    /// <exception cref="DlPackException">libtorch refuses.</exception>
    public static nint Take(DLManagedTensorVersioned* lent, torch.ScalarType type, bool isContiguous)
    {
        DLTensor* tensor = &lent->dl_tensor;
        if (isContiguous)
        {
            return New(lent, tensor->shape, tensor->ndim, type);
        }

        // A flat tensor up to the last element, and the layout as a view of it.
        long length = 1;
        for (int i = 0; i < tensor->ndim; i++)
        {
            length += (tensor->shape[i] - 1) * tensor->strides[i];
        }

        nint flat = New(lent, &length, ndim: 1, type);
        nint view = LibTorchSharp.THSTensor_as_strided(
            flat, tensor->shape, tensor->ndim, tensor->strides, tensor->ndim, storageOffset: 0);
        DlPackException? error = view == 0 ? TorchErrors.Last(Problem) : null;

        // The view keeps the memory alive; without one this calls the deleter.
        LibTorchSharp.THSTensor_dispose(flat);
        return error is null ? view : throw error;
    }

    private static nint New(DLManagedTensorVersioned* lent, long* sizes, int ndim, torch.ScalarType type)
    {
        ReleaseFunction release = ReleaseFunction.Rent(lent);
        nint handle = LibTorchSharp.THSTensor_new(
            (nint)lent->dl_tensor.data,
            release.Address,
            sizes,
            ndim,
            (sbyte)type,
            (sbyte)type,
            deviceType: 0,
            deviceIndex: 0,
            requiresGrad: 0);
        if (handle == 0)
        {
            // Then it does not call the deleter.
            DlPackException error = TorchErrors.Last(Problem);
            release.Run();
            throw error;
        }

        return handle;
    }
}
