using CommunityToolkit.HighPerformance;

namespace DlPackNet.Benchmarks.HandOver;

/// <summary>CommunityToolkit.HighPerformance.</summary>
internal sealed class HighPerformance : Gigabyte
{
    /// <inheritdoc/>
    public override string Name => "Memory2D";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => ((Memory2D<float>)value).AsDlPack();

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor) => tensor.AsReadOnlySpan2D<float>()[Last, Last];

    /// <inheritdoc/>
    public override object CopyIn(float[] items) => new Memory2D<float>(items, Side, Side);

    /// <inheritdoc/>
    public override float[] CopyOut(object value)
    {
        float[] items = new float[Side * Side];
        ((Memory2D<float>)value).CopyTo(items);
        return items;
    }
}
