using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet;

/// <summary>Makes values that hold the tensors they are over.</summary>
internal static unsafe class OrtValueBuilder
{
    /// <summary>A value over a row-major tensor, of which it has a reference of its own.</summary>
    /// <param name="tensor">The tensor; it may be disposed afterwards.</param>
    /// <param name="stream">See <see cref="OrtValueViews.ToOrtValue"/>.</param>
    /// <exception cref="ArgumentException">The stream is not allowed on the tensor's device.</exception>
    /// <exception cref="DlPackException">ONNX Runtime has no such elements or device.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static OrtValue Over(DlPackObject tensor, long? stream)
    {
        TensorElementType type = OrtElementTypes.Of(tensor.DType);
        OrtMemoryInfo memory = OrtDevices.MemoryInfo(tensor.Device);
        DLManagedTensorVersioned* lent = OrtStreams.Lend(tensor, stream);
        return OrtNative.IsAvailable
            ? Over(lent, type, tensor.ByteLength, memory.DangerousGetHandle())
            : PortableOrtValues.Over(DlPack.FromDlpack(lent), type, memory);
    }

    private static OrtValue Over(DLManagedTensorVersioned* lent, TensorElementType type, long byteLength, nint memory)
    {
        // The shape of a scalar is null, and ONNX Runtime wants an address even where it reads nothing.
        DLTensor* tensor = &lent->dl_tensor;
        long none = 0;
        nint handle = 0;
        OrtDeleter* deleter = OrtDeleter.New(lent, memory);
        nint status = OrtNative.CreateTensor(
            deleter,
            tensor->data,
            (nuint)byteLength,
            tensor->ndim == 0 ? &none : tensor->shape,
            (nuint)tensor->ndim,
            (int)type,
            &handle);
        if (status != 0)
        {
            // Then it does not call the deleter.
            OrtDeleter.Run(deleter);
            OrtNative.Check(status);
        }

        return OrtNative.NewValue(handle, OnnxValueType.ONNX_TYPE_TENSOR);
    }
}
