using System.Numerics.Tensors;

namespace DlPackNet.Benchmarks.HandOver;

/// <summary>System.Numerics.Tensors.</summary>
internal sealed class Tensors : Gigabyte
{
    /// <inheritdoc/>
    public override string Name => "Tensor";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => ((Tensor<float>)value).AsDlPack();

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor) => tensor.AsReadOnlyTensorSpan<float>()[Last, Last];

    /// <inheritdoc/>
    public override object CopyIn(float[] items) => Tensor.Create(items, [Side, Side]);

    /// <inheritdoc/>
    public override float[] CopyOut(object value)
    {
        float[] items = new float[Side * Side];
        ((Tensor<float>)value).FlattenTo(items);
        return items;
    }
}
