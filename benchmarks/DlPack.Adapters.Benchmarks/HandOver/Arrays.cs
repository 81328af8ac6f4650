namespace DlPackNet.Benchmarks.HandOver;

/// <summary>.NET's arrays.</summary>
internal sealed class Arrays : Gigabyte
{
    /// <inheritdoc/>
    public override string Name => "array";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => DlPack.AsDlPack((float[])value, [Side, Side]);

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor) => tensor.AsReadOnlySpan<float>()[^1];

    /// <inheritdoc/>
    public override object CopyIn(float[] items) => items;

    /// <inheritdoc/>
    public override float[] CopyOut(object value) => (float[])value;
}
