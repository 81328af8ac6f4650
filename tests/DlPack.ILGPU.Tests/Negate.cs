using ILGPU.Algorithms;

namespace DlPackNet.IlgpuTests;

/// <summary>A transformation for an algorithm; public since the code that ILGPU generates uses it.</summary>
public readonly struct Negate : ITransformer<int, int>
{
    /// <inheritdoc/>
    public int Transform(int value) => -value;
}
