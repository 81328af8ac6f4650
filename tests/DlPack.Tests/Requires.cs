using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Xunit;

namespace DlPackNet.Tests;

/// <summary>
/// What a test needs beyond .NET. A machine that lacks it skips the test and says why; where
/// <c>DLPACK_TESTS_REQUIRE=all</c> is set, as in CI, the test fails instead, so that nothing goes missing unseen.
/// </summary>
internal static class Requires
{
    /// <summary>The environment variable that turns skips into failures.</summary>
    public const string Variable = "DLPACK_TESTS_REQUIRE";

    /// <summary>Skips, or fails where everything is required.</summary>
    /// <param name="reason">What is missing and how to get it.</param>
    [DoesNotReturn]
    public static void Skip(string reason)
    {
        if (Environment.GetEnvironmentVariable(Variable) == "all")
        {
            Assert.Fail($"{Variable}=all, but {reason}");
        }
        Assert.Skip(reason);
    }

    /// <summary>Skips unless a condition holds.</summary>
    /// <param name="condition">Whether the machine has what is needed.</param>
    /// <param name="reason">What is missing and how to get it.</param>
    public static void That([DoesNotReturnIf(false)] bool condition, string reason)
    {
        if (!condition)
        {
            Skip(reason);
        }
    }

    /// <summary>Skips unless C sources can be compiled.</summary>
    public static void CCompiler() => That(
        Native.CCompiler.FullPath is not null, "no C compiler (cc, gcc or clang) on PATH");

    /// <summary>
    /// Skips a test that can only ever run elsewhere. No machine setup changes that, so it never fails.
    /// </summary>
    /// <param name="condition">Whether this is the platform.</param>
    /// <param name="reason">What platform the test is for.</param>
    public static void Platform([DoesNotReturnIf(false)] bool condition, string reason)
    {
        if (!condition)
        {
            Assert.Skip(reason);
        }
    }

    /// <summary>Skips unless pointers have 8 bytes: the documented offsets are those of 64-bit.</summary>
    public static void Process64Bit() => Platform(Environment.Is64BitProcess, "only for 64-bit processes");

    /// <summary>Skips unless the process is Linux on x86-64, whose C++ calling convention the test uses.</summary>
    public static void LinuxX64() => Platform(
        OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64,
        $"only for Linux on x64, and here is {RuntimeInformation.RuntimeIdentifier}");
}
