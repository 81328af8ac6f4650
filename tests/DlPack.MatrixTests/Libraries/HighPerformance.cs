using CommunityToolkit.HighPerformance;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>CommunityToolkit.HighPerformance.</summary>
internal sealed class HighPerformance : Library
{
    /// <inheritdoc/>
    public override string Name => "Memory2D";

    /// <inheritdoc/>
    public override string How => "`DlPack.HighPerformance`";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        Memory2D<float> memory = new float[2, 3].AsMemory2D();
        return new Lent(memory.AsDlPack(), (i, j) => memory.Span[i, j], (i, j, value) => memory.Span[i, j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor) => new(
        (i, j) => tensor.AsReadOnlySpan2D<float>()[i, j],
        tensor.IsReadOnly ? null : (i, j, value) => tensor.AsMemory2D<float>().Span[i, j] = value,
        () => { });
}
