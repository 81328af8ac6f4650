using System.Diagnostics.CodeAnalysis;
using TorchSharp;

namespace DlPackNet;

/// <summary>What of torch DLPack cannot say, each with the way out.</summary>
internal static class TorchRefusals
{
    /// <summary>For tensors that have no elements at strides.</summary>
    [DoesNotReturn]
    public static void NoStrides(Exception? reason = null) => throw new DlPackException(
        "The torch tensor is sparse, nested or opaque, and DLPack describes strided memory only. Lend its to_dense(), "
        + "or its parts.",
        reason!);

    /// <summary>For tensors whose memory is not all that there is to them.</summary>
    [DoesNotReturn]
    public static void NotPlain(torch.Tensor tensor)
    {
        string message = LibTorchSharp.THSTensor_requires_grad(tensor.Handle) != 0
            ? "The torch tensor requires gradients, which a consumer of its memory would not record. Lend its "
            + "detach(), which is the same memory."
            : LibTorchSharp.THSTensor_is_conj(tensor.Handle) != 0
            ? "The torch tensor's conjugation is pending: its memory holds the conjugate of its values. Lend its "
            + "resolve_conj()."
            : "The torch tensor's negation is pending: its memory holds the negative of its values. Lend its "
            + "resolve_neg().";
        GC.KeepAlive(tensor);
        throw new DlPackException(message);
    }

    /// <summary>For tensors on devices that nothing can be lent from.</summary>
    [DoesNotReturn]
    public static void Device(DeviceType type) => throw new DlPackException(
        type == DeviceType.META
            ? "The torch tensor is on the meta device: it has a shape, but no elements. Make it on the CPU or on CUDA."
            : $"The torch tensor is on {type}. The CPU and CUDA can be lent from: lend its cpu(), which is a copy.");

    /// <summary>For tensors with more dimensions than consumers take.</summary>
    [DoesNotReturn]
    public static void Dimensions(long ndim) => throw new DlPackException(
        $"The torch tensor has {ndim} dimensions, and DLPack's consumers take up to {TorchExport.MaxDimensions}. Lend "
        + "a view() of it with fewer.");
}
