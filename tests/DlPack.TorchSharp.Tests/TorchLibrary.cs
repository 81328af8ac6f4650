using System.Reflection;
using System.Runtime.InteropServices;
using DlPackNet.Tests;
using TorchSharp;

namespace DlPackNet.AdapterTests;

/// <summary>TorchSharp's native library and libtorch under it, or why they are not here.</summary>
internal static class TorchLibrary
{
    private static readonly Lazy<string?> Problem = new(LoadOnce);

    /// <summary>Why they are not here; null once they are loaded.</summary>
    public static string? Missing => Problem.Value;

    /// <summary>Loads the libraries, or skips the test where that cannot be done.</summary>
    public static void Load() => Requires.That(Problem.Value is null, Problem.Value ?? "");

    private static string? LoadOnce()
    {
        string? folder = typeof(TorchLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "LibtorchFolder")?.Value;
        if (folder is null)
        {
            return "the tests were built without libtorch; set DLPACK_TESTS_LIBTORCH=true and run dotnet test again "
                + "(it fetches the package libtorch-cpu-linux-x64, 130 MB)";
        }

        try
        {
            // First what libtorch_cpu needs, so that the loader finds each without a search path.
            NativeLibrary.Load(Directory.EnumerateFiles(folder, "libgomp*").Single());
            NativeLibrary.Load(Path.Combine(folder, "libc10.so"));
            NativeLibrary.Load(Path.Combine(folder, "libtorch_cpu.so"));
            NativeLibrary.Load(Path.Combine(folder, "libtorch.so"));
            NativeLibrary.Load("LibTorchSharp", typeof(torch).Assembly, searchPath: null);
        }
        catch (DllNotFoundException e)
        {
            string reason = e.Message.Split('\n').FirstOrDefault(line => line.Contains("' not found")) ?? e.Message;
            return $"TorchSharp's library does not load here ({reason.Trim()}); eng/in-trixie.sh runs a command where it "
                + "does";
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        return null;
    }
}
