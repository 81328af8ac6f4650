using System.Buffers;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Keeps a <see cref="Tensor{T}"/> in place while it is seen.</summary>
internal sealed unsafe class TensorOwner<T>(Tensor<T> tensor) : DlPackPinnableOwner(hasRelease: false)
    where T : unmanaged
{
    private MemoryHandle _handle;

    protected override nint Pin()
    {
        _handle = tensor.GetPinnedHandle();

        // Not the handle's pointer: in 10.x it is that of the whole buffer where the tensor is a slice.
        return (nint)Unsafe.AsPointer(ref Unsafe.AsRef(in TensorMarshal.GetReference(tensor.AsReadOnlyTensorSpan())));
    }

    protected override void Unpin() => _handle.Dispose();
}
