using ILGPU.Algorithms;

namespace DlPackNet.GpuHost;

/// <summary>A transformation for an algorithm; public since the code that ILGPU generates uses it.</summary>
public readonly struct Negate : ITransformer<int, int>
{
    /// <inheritdoc/>
    public int Transform(int value) => -value;
}
