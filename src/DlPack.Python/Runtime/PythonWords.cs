namespace DlPackNet.Python;

/// <summary>
/// What the core tells .NET programs, for those who call from Python and know nothing of its members.
/// </summary>
internal static class PythonWords
{
    private static readonly (string DotNet, string Python)[] _words =
    [
        (", ask for version 1, or set AllowReadOnlyLegacyExport for a trusted consumer.",
            ", or pass max_version=(1, 0), which can say read-only."),
        ("Ask for version 1.", "Pass max_version=(1, 0)."),
        ("and copy is false. Leave copy null", "and copy is False. Leave copy None"),
        ("leave dlDevice null and let the consumer copy.", "ask for one of these, or let the consumer copy."),
        ("Leave stream null", "Leave stream None"),
        ("Install and load an adapter for the device, or derive from DlPackDeviceRuntime and register that.",
            "This module has one for CUDA only; a .NET program that hosts Python may register others."),
    ];

    /// <summary>The message of an exception, as one of Python's.</summary>
    public static string Of(string message)
    {
        foreach ((string dotNet, string python) in _words)
        {
            message = message.Replace(dotNet, python, StringComparison.Ordinal);
        }

        return WithoutParameter(message);
    }

    // .NET adds the name of its own parameter, which in Python is none.
    private static string WithoutParameter(string message)
    {
        int start = message.IndexOf(" (Parameter '", StringComparison.Ordinal);
        int end = start < 0 ? -1 : message.IndexOf("')", start, StringComparison.Ordinal);
        return end < 0 ? message : message.Remove(start, end + 2 - start);
    }
}
