using System.Globalization;

namespace DlPackNet.Python;

/// <summary>The version of the Python in the process.</summary>
internal static unsafe class PythonVersion
{
    /// <summary>As Python tells it: "3.13.5 (main, …".</summary>
    public static string Text => Python.Text.From(PythonApi.Py_GetVersion());

    /// <summary>Whether this Python is that version or a later one.</summary>
    public static bool IsAtLeast(int major, int minor)
    {
        string[] parts = Text.Split('.', 3);
        return int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int ownMajor)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int ownMinor)
            && (ownMajor, ownMinor).CompareTo((major, minor)) >= 0;
    }
}
