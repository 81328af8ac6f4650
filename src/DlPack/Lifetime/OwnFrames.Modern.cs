using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace DlPackNet.Lifetime;

/// <summary>The part of a stack that is inside of this library.</summary>
internal static class OwnFrames
{
    /// <summary>Whether a frame is one of them.</summary>
    [UnconditionalSuppressMessage(
        "Trimming", "IL2026", Justification = "A frame whose method has been trimmed away counts as another's.")]
    public static bool Contain(StackFrame? frame) => frame?.GetMethod()?.Module == typeof(OwnFrames).Module;
}
