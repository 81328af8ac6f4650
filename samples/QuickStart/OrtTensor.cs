using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet;
using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace QuickStart;

/// <summary>
/// What any consumer of DLPack does, for ONNX Runtime: takes the tensor out of a capsule, uses its memory where it
/// lies, and calls its deleter once when done.
/// </summary>
internal sealed unsafe class OrtTensor : IDisposable
{
    private DLManagedTensorVersioned* _borrowed;

    /// <summary>Borrows the tensor in <paramref name="capsule"/>, which is used up.</summary>
    public OrtTensor(DlPackCapsule capsule)
    {
        using (capsule)
        {
            _borrowed = (DLManagedTensorVersioned*)capsule.Consume(); // from here on it is ours to give back
        }
        try
        {
            Value = Wrap(_borrowed);
        }
        catch
        {
            GiveBack();
            throw;
        }
    }

    /// <summary>The tensor for ONNX Runtime; it owns no memory.</summary>
    public OrtValue Value { get; }

    /// <summary>Where the first element is according to the capsule.</summary>
    public nint CapsuleAddress => (nint)_borrowed->dl_tensor.data + (nint)_borrowed->dl_tensor.byte_offset;

    /// <summary>Where the first element is according to ONNX Runtime.</summary>
    public nint OrtAddress => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(Value.GetTensorMutableRawData()));

    /// <summary>Lets go of the memory, first ONNX Runtime, then we.</summary>
    public void Dispose()
    {
        Value.Dispose();
        GiveBack();
    }

    private static OrtValue Wrap(DLManagedTensorVersioned* borrowed)
    {
        if (borrowed->version.major != 1)
        {
            throw new NotSupportedException($"DLPack {borrowed->version} has another layout than 1.x");
        }
        DLTensor* tensor = &borrowed->dl_tensor;
        if (tensor->device != DLDevice.Cpu || borrowed->flags.HasFlag(DLPackFlags.ReadOnly))
        {
            throw new NotSupportedException("expected writable memory on the CPU");
        }
        TensorElementType type = tensor->dtype == DLDataType.Float32 ? TensorElementType.Float
            : tensor->dtype == DLDataType.Int64 ? TensorElementType.Int64
            : throw new NotSupportedException($"expected float32 or int64, not {tensor->dtype}");

        // ONNX Runtime knows no strides: the last dimension must be dense, and each one before it follow on.
        long length = 1;
        for (int i = tensor->ndim - 1; i >= 0; i--)
        {
            if (tensor->shape[i] > 1 && tensor->strides[i] != length)
            {
                throw new NotSupportedException("expected a compact row-major tensor");
            }
            length *= tensor->shape[i];
        }
        return OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            type,
            new ReadOnlySpan<long>(tensor->shape, tensor->ndim).ToArray(),
            (nint)tensor->data + (nint)tensor->byte_offset,
            length * tensor->dtype.BytesPerElement);
    }

    private void GiveBack()
    {
        DLManagedTensorVersioned* borrowed = _borrowed;
        _borrowed = null;
        if (borrowed != null && borrowed->deleter != null)
        {
            borrowed->deleter(borrowed);
        }
    }
}
