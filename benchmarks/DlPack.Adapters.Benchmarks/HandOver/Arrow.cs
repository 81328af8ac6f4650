using Apache.Arrow;
using Apache.Arrow.Types;

namespace DlPackNet.Benchmarks.HandOver;

/// <summary>Apache.Arrow.</summary>
internal sealed class Arrow : Gigabyte
{
    /// <inheritdoc/>
    public override string Name => "Arrow";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => ((FixedSizeListArray)value).AsDlPack();

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor)
    {
        using var array = (FixedShapeTensorArray)tensor.ToArrowArray();
        return ((FloatArray)array.Values).Values[^1];
    }

    /// <inheritdoc/>
    public override object CopyIn(float[] items)
    {
        ArrowBuffer buffer = new ArrowBuffer.Builder<float>(items.Length).Append(items.AsSpan()).Build();
        var values = new FloatArray(buffer, ArrowBuffer.Empty, items.Length, nullCount: 0, offset: 0);
        return new FixedSizeListArray(new FixedSizeListType(FloatType.Default, Side), Side, values, ArrowBuffer.Empty);
    }

    /// <inheritdoc/>
    public override float[] CopyOut(object value) =>
        ((FloatArray)((FixedSizeListArray)value).Values).Values.ToArray();
}
