using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>What the caller of <c>asdlpack</c> asks of the producer.</summary>
/// <param name="Stream">The consumer's stream, in the numbering of the device.</param>
/// <param name="Copy">true: always a fresh copy; false: never one; null: only if needed.</param>
/// <param name="Device">Where the tensor is wanted; null for where it is.</param>
internal readonly record struct Request(long? Stream, bool? Copy, DLDevice? Device)
{
    /// <summary>Whether nothing special is asked for.</summary>
    public bool IsDefault
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Stream is null && Copy is null && Device is null;
    }
}
