namespace DlPackNet.MatrixTests;

/// <summary>A library's buffer that is lent, and how to look into it without DLPack.</summary>
/// <param name="Tensor">The tensor over it.</param>
/// <param name="Get">Reads an element of the buffer by its row and column.</param>
/// <param name="Set">Writes one.</param>
internal sealed record Lent(DlPackObject Tensor, Func<int, int, float> Get, Action<int, int, float> Set);
