namespace DlPackNet.MatrixTests.Libraries;

/// <summary>Arrays of .NET, and spans over them.</summary>
internal sealed class Arrays : Library
{
    /// <inheritdoc/>
    public override string Name => "array, span";

    /// <inheritdoc/>
    public override string How => "`DlPack.AsDlPack(array)`, `AsSpan<T>()`";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        var array = new float[2, 3];
        return new Lent(DlPack.AsDlPack(array), (i, j) => array[i, j], (i, j, value) => array[i, j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor) => new(
        (i, j) => tensor.AsReadOnlySpan<float>()[(3 * i) + j],
        tensor.IsReadOnly ? null : (i, j, value) => tensor.AsSpan<float>()[(3 * i) + j] = value,
        () => { });
}
