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
        DlPackObject result = Make(self, self->Flags);
        self->Flags &= ~DLPackFlags.IsCopied;
        return result;
    }

    /// <summary>As <see cref="Of"/>, for who has something wait for it and lends it to nobody.</summary>
    /// <returns>A new object, which the caller disposes.</returns>
    public static DlPackObject ToOrder(PyTensor* self) => Make(self, self->Flags & ~DLPackFlags.IsCopied);

    /// <summary>
    /// A Python tensor of a .NET one that is not in plain main memory: it stays as it is, with all that it knows of its
    /// stream.
    /// </summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint ToPython(DlPackObject tensor)
    {
        PyTensor* self = PyTensor.New(Protocol.DotNet);
        if (self is null)
        {
            return 0;
        }

        DlPackObject kept = tensor.AsDlPack();
        self->SourceKind = PyTensorSource.Managed;
        self->Source = GCHandle.ToIntPtr(GCHandle.Alloc(kept));
        fixed (long* shape = kept.Shape, strides = kept.Strides)
        {
            var description = new DLTensor
            {
                data = (void*)kept.Data,
                device = kept.Device,
                ndim = kept.NDim,
                dtype = kept.DType,
                shape = shape,
                strides = strides,
                byte_offset = kept.ByteOffset,
            };
            DLPackFlags flags = (kept.IsReadOnly ? DLPackFlags.ReadOnly : DLPackFlags.None)
                | (kept.IsSubBytePadded ? DLPackFlags.IsSubByteTypePadded : DLPackFlags.None);
            return PyTensor.DescribeOrDrop(self, &description, flags);
        }
    }

    private static DlPackObject Make(PyTensor* self, DLPackFlags flags) =>
        self->SourceKind == PyTensorSource.Managed
            ? ((DlPackObject)GCHandle.FromIntPtr(self->Source).Target!).AsDlPack()
            : Borrow(self, flags);

    private static DlPackObject Borrow(PyTensor* self, DLPackFlags flags)
    {
        DLTensor* tensor = &self->Tensor;
        var owner = new PyTensorOwner(self);
        try
        {
            return DlPack.AsDlPack(
                (nint)tensor->data,
                tensor->dtype,
                self->Shape,
                self->Strides,
                tensor->device,
                owner,
                flags,
                tensor->byte_offset);
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
