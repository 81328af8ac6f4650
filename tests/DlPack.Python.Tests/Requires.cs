using DlPackNet.Python.TestHost;
using Xunit;

namespace DlPackNet.Python.Tests;

/// <summary>
/// What a machine may lack: a test is skipped then and says why, or fails where everything is required.
/// </summary>
internal static class Requires
{
    private const string Variable = "DLPACK_TESTS_REQUIRE";

    /// <summary>Skips unless there is a libpython.</summary>
    public static void Python() => That(
        EmbeddedPython.Library is not null,
        "no libpython3.*.so.1.0 on this machine (Debian: libpython3.11); or name one by DLPACK_TESTS_LIBPYTHON");

    /// <summary>Skips unless Python has a module.</summary>
    public static void Module(string name)
    {
        Python();
        int state = EmbeddedPython.Enter();
        try
        {
            That(
                EmbeddedPython.EvaluateNumber($"__import__('importlib.util').util.find_spec('{name}') is not None") == 1,
                $"Python has no {name} (Debian: python3-{name})");
        }
        finally
        {
            EmbeddedPython.Leave(state);
        }
    }

    private static void That(bool condition, string reason)
    {
        if (!condition && Environment.GetEnvironmentVariable(Variable) == "all")
        {
            Assert.Fail($"{Variable}=all, but {reason}");
        }

        Assert.SkipUnless(condition, reason);
    }
}
