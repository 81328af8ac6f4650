using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>A tensor that ONNX Runtime works on, and the value by which it does.</summary>
/// <param name="Tensor">A reference of its own, so that it stays known whoever disposes the caller's.</param>
/// <param name="Value">The value over it.</param>
internal readonly record struct BoundTensor(DlPackObject Tensor, OrtValue Value) : IDisposable
{
    /// <summary>A tensor for ONNX Runtime to read.</summary>
    public static BoundTensor ForReading(DlPackObject tensor, long? stream = null) =>
        Hold(tensor, tensor.ToReadOnlyOrtValue(stream));

    /// <summary>A tensor for ONNX Runtime to write.</summary>
    public static BoundTensor ForWriting(DlPackObject tensor, long? stream = null) =>
        Hold(tensor, tensor.ToOrtValue(stream));

    /// <summary>Lets go of the tensor.</summary>
    public void Dispose()
    {
        Value.Dispose();
        Tensor.Dispose();
    }

    private static BoundTensor Hold(DlPackObject tensor, OrtValue value)
    {
        try
        {
            return new BoundTensor(tensor.AsDlPack(), value);
        }
        catch
        {
            value.Dispose();
            throw;
        }
    }
}
