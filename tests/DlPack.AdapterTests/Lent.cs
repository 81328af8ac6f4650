namespace DlPackNet.AdapterTests;

/// <summary>A library's buffer that is lent, and how to look into it without DLPack.</summary>
/// <param name="Tensor">The tensor over it.</param>
/// <param name="Get">Reads an element of the buffer by its index.</param>
/// <param name="Set">Writes one.</param>
public sealed record Lent<T>(DlPackObject Tensor, Func<long[], T> Get, Action<long[], T> Set);
