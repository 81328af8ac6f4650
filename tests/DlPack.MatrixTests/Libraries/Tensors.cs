using System.Numerics.Tensors;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>System.Numerics.Tensors.</summary>
internal sealed class Tensors : Library
{
    /// <inheritdoc/>
    public override string Name => "Tensor";

    /// <inheritdoc/>
    public override string How => "`DlPack.Tensors`: `Tensor<T>`, `AsTensorSpan<T>()`";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        Tensor<float> tensor = Tensor.CreateFromShape<float>([2, 3]);
        return new Lent(tensor.AsDlPack(), (i, j) => tensor[i, j], (i, j, value) => tensor[i, j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor) => new(
        (i, j) => tensor.AsReadOnlyTensorSpan<float>()[i, j],
        tensor.IsReadOnly ? null : (i, j, value) => tensor.AsTensorSpan<float>()[i, j] = value,
        () => { });
}
