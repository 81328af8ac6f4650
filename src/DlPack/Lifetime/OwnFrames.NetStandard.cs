using System.Diagnostics;

namespace DlPackNet.Lifetime;

/// <summary>The part of a stack that is inside of this library.</summary>
internal static class OwnFrames
{
    /// <summary>Whether a frame is one of them.</summary>
    public static bool Contain(StackFrame? frame) => frame?.GetMethod()?.Module == typeof(OwnFrames).Module;
}
