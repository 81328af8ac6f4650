namespace DlPackNet.MatrixTests;

/// <summary>A library's own object over somebody's tensor.</summary>
/// <param name="Get">Reads an element by its row and column.</param>
/// <param name="Set">Writes one; null where it is for reading only.</param>
/// <param name="Release">Gives it back.</param>
internal sealed record Taken(Func<int, int, float> Get, Action<int, int, float>? Set, Action Release) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => Release();
}
