using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet.AdapterTests;

/// <summary>Values to lend.</summary>
internal static class OrtValues
{
    /// <summary>A value over memory of ONNX Runtime.</summary>
    public static OrtValue Allocate(TensorElementType type, long[] shape) =>
        OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
}
