using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Keeps a <see cref="Tensor{T}"/> in place while it is seen.</summary>
internal sealed unsafe class TensorOwner<T>(Tensor<T> tensor) : DlPackMemoryOwner
    where T : unmanaged
{
    protected override nint Pin(out MemoryHandle handle)
    {
        handle = tensor.GetPinnedHandle();

        // Not the handle's pointer: in 10.x it is that of the whole buffer where the tensor is a slice.
        return (nint)Unsafe.AsPointer(ref Unsafe.AsRef(in TensorMarshal.GetReference(tensor.AsReadOnlyTensorSpan())));
    }
}
