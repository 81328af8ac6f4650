using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>ONNX Runtime.</summary>
internal sealed class OnnxRuntime : Library
{
    /// <inheritdoc/>
    public override string Name => "OrtValue";

    /// <inheritdoc/>
    public override string How => "`DlPack.OnnxRuntime`";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, TensorElementType.Float, [2, 3]);
        return new Lent(
            value.AsDlPack(),
            (i, j) => value.GetTensorDataAsSpan<float>()[(3 * i) + j],
            (i, j, element) => value.GetTensorMutableDataAsSpan<float>()[(3 * i) + j] = element);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        OrtValue value = tensor.IsReadOnly ? tensor.ToReadOnlyOrtValue() : tensor.ToOrtValue();
        return new Taken(
            (i, j) => value.GetTensorDataAsSpan<float>()[(3 * i) + j],
            tensor.IsReadOnly
                ? null
                : (i, j, element) => value.GetTensorMutableDataAsSpan<float>()[(3 * i) + j] = element,
            value.Dispose);
    }
}
