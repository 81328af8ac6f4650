using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DlPackNet.Python;

/// <summary>Standard error, for a library in a foreign program.</summary>
/// <remarks>
/// Not by <see cref="Console"/>, which makes the process .NET's: it handles its signals, and those of its forked
/// children, from the first line on.
/// </remarks>
internal static class StandardError
{
    /// <summary>Writes a line; never throws.</summary>
    public static void WriteLine(string line)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Console.Error.WriteLine(line);
                return;
            }

            using var file = new SafeFileHandle(2, ownsHandle: false);
            RandomAccess.Write(file, Encoding.UTF8.GetBytes(line + "\n"), fileOffset: 0);
        }
        catch (Exception)
        {
            // Closed, or full: there is nobody left to tell.
        }
    }
}
