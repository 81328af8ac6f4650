using System.Runtime.InteropServices;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>Memory of .NET.</summary>
internal sealed class Memories : Library
{
    /// <inheritdoc/>
    public override string Name => "Memory";

    /// <inheritdoc/>
    public override string How => "`DlPack.AsDlPack(memory, shape)`, `AsMemory<T>()`";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        Memory<float> memory = new float[8].AsMemory(1, 6);
        return new Lent(
            DlPack.AsDlPack(memory, [2, 3]),
            (i, j) => memory.Span[(3 * i) + j],
            (i, j, value) => memory.Span[(3 * i) + j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        ReadOnlyMemory<float> memory = tensor.AsReadOnlyMemory<float>();
        return new Taken(
            (i, j) => memory.Span[(3 * i) + j],
            tensor.IsReadOnly ? null : (i, j, value) => MemoryMarshal.AsMemory(memory).Span[(3 * i) + j] = value,
            () => { });
    }
}
