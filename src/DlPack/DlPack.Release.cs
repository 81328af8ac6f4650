using DlPackNet.Interop;
using DlPackNet.Lifetime;

namespace DlPackNet;

public static unsafe partial class DlPack
{
    /// <summary>
    /// Gives a tensor back, as its consumer does at the end: the same as <c>tensor->deleter(tensor)</c>, but quicker
    /// for what this library lent, and a deleter of null, which the specification allows, is nothing to do.
    /// </summary>
    /// <param name="tensor">
    /// A tensor of any producer that the caller owns, as <c>Export</c> and <see cref="DlPackCapsule.Consume"/> hand one
    /// over; it may have another major version. Neither the struct nor what it points to (shape, strides, the elements)
    /// may be touched afterwards. Null is nothing to do.
    /// </param>
    /// <remarks>
    /// To be called once for each tensor, in place of its deleter, from any thread; what is released is released on
    /// that thread. Nothing is thrown: what fails in releasing a tensor of this library comes to
    /// <see cref="DlPackDiagnostics.ReleaseFailed"/>. Unlike the deleters of this library, it also works in a child
    /// that must not do anything (<see cref="DlPackDiagnostics.IsForkedChild"/>): a callback that native code may call
    /// there asks first, or calls the deleter.
    /// </remarks>
    public static void Release(DLManagedTensorVersioned* tensor)
    {
        if (tensor is null)
        {
            return;
        }

        delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> deleter = tensor->deleter;
        if ((nint)deleter == (nint)NativeCallbacks.DeleteVersioned)
        {
            Deleter.Run((TensorBlock*)tensor);
        }
        else if (deleter is not null)
        {
            deleter(tensor);
        }
    }

    /// <summary>Gives a tensor of the struct from before DLPack 1.0 back.</summary>
    /// <inheritdoc cref="Release(DLManagedTensorVersioned*)"/>
    public static void Release(DLManagedTensor* tensor)
    {
        if (tensor is null)
        {
            return;
        }

        delegate* unmanaged[Cdecl]<DLManagedTensor*, void> deleter = tensor->deleter;
        if ((nint)deleter == (nint)NativeCallbacks.DeleteLegacy)
        {
            Deleter.Run((TensorBlock*)tensor);
        }
        else if (deleter is not null)
        {
            deleter(tensor);
        }
    }
}
