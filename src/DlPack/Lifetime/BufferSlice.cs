using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>Bytes to lay a tensor over, and what keeps them alive: an array, or an owner.</summary>
/// <param name="Keeper">An array, or a <see cref="DlPackOwner"/>.</param>
/// <param name="Start">The first byte, relative to what the keeper pins.</param>
/// <param name="ByteLength">How many bytes there are.</param>
/// <param name="Flags">What consumers must know of them.</param>
internal readonly record struct BufferSlice(object Keeper, nint Start, long ByteLength, DLPackFlags Flags);
