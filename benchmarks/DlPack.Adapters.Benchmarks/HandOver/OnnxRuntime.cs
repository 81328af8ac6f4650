using Microsoft.ML.OnnxRuntime;

namespace DlPackNet.Benchmarks.HandOver;

/// <summary>ONNX Runtime.</summary>
internal sealed class OnnxRuntime : Gigabyte
{
    /// <inheritdoc/>
    public override string Name => "OrtValue";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => ((OrtValue)value).AsDlPack();

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor)
    {
        using OrtValue value = tensor.IsReadOnly ? tensor.ToReadOnlyOrtValue() : tensor.ToOrtValue();
        return value.GetTensorDataAsSpan<float>()[^1];
    }

    /// <inheritdoc/>
    public override object CopyIn(float[] items) => OrtValue.CreateTensorValueFromMemory(items, [Side, Side]);

    /// <inheritdoc/>
    public override float[] CopyOut(object value) => ((OrtValue)value).GetTensorDataAsSpan<float>().ToArray();
}
