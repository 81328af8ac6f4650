using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Python tensors as .NET ones. All members need the GIL.</summary>
internal static unsafe class ManagedTensors
{
    /// <summary>A .NET tensor on the memory of a Python one, which it keeps alive.</summary>
    /// <returns>A new object, which the caller disposes.</returns>
    public static DlPackObject Of(PyTensor* self)
    {
        if (self->SourceKind == PyTensorSource.Managed)
        {
            return ((DlPackObject)GCHandle.FromIntPtr(self->Source).Target!).AsDlPack();
        }

        DLTensor* tensor = &self->Tensor;
        var owner = new PyTensorOwner(self);
        try
        {
            DlPackObject result = DlPack.AsDlPack(
                (nint)tensor->data,
                tensor->dtype,
                self->Shape,
                self->Strides,
                tensor->device,
                owner,
                self->Flags,
                tensor->byte_offset);
            self->Flags &= ~DLPackFlags.IsCopied;
            return result;
        }
        catch (ArgumentException e)
        {
            owner.Abandon();
            throw new DlPackException(e.Message, e);
        }
        catch
        {
            owner.Abandon();
            throw;
        }
    }
}
