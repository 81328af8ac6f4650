using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>Tells whether a session has been disposed. ONNX Runtime does not ask, and ends the process.</summary>
internal static class OrtSessions
{
    // No public member tells. Sessions of a version of the .NET library without this private one are not checked.
    private static readonly bool _tellsHandle = typeof(InferenceSession).GetProperty(
        "Handle", BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.DeclaredOnly)?.PropertyType
        == typeof(nint);

    /// <summary>Checks that a session can be worked with.</summary>
    /// <exception cref="ArgumentNullException">It is null.</exception>
    /// <exception cref="ObjectDisposedException">It has been disposed.</exception>
    public static void CheckAlive(InferenceSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (_tellsHandle && Handle(session) == 0)
        {
            throw new ObjectDisposedException(
                nameof(InferenceSession), "The session has been disposed. Keep it until the last run has ended.");
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    private static extern nint Handle(InferenceSession session);
}
