using System.Runtime.InteropServices;
using TorchSharp;

namespace DlPackNet;

/// <summary>What libtorch says when something goes wrong.</summary>
internal static class TorchErrors
{
    /// <summary>An exception about the thread's last call, with libtorch's reason as the inner one.</summary>
    /// <param name="problem">What could not be done.</param>
    public static DlPackException Last(string problem)
    {
        ExternalException? reason = TakeLast();
        return reason is null
            ? new DlPackException($"{problem}, and does not say why.")
            : new DlPackException($"{problem}: {FirstLine(reason.Message)}", reason);
    }

    /// <summary>An exception that says, in TorchSharp's words, why libtorch does not load.</summary>
    /// <param name="cause">What .NET makes of that, which tells nothing by itself.</param>
    public static NotSupportedException NotLoaded(TypeInitializationException cause) =>
        new($"TorchSharp does not load here: {cause.GetBaseException().Message}", cause);

    /// <summary>What the thread's last call complained of, or null if it did not.</summary>
    public static ExternalException? TakeLast()
    {
        try
        {
            torch.CheckForErrors();
            return null;
        }
        catch (ExternalException reason)
        {
            return reason;
        }
    }

    // What follows is libtorch's own call stack.
    private static string FirstLine(string message) => message.Split('\n', 2)[0].TrimEnd('.', ' ') + ".";
}
