using System.Reflection;
using System.Runtime.InteropServices;
using TorchSharp;

namespace Pipeline;

/// <summary>TorchSharp's native library and libtorch under it, or why they are not here.</summary>
internal static class TorchLibrary
{
    private static readonly Lazy<string?> _missing = new(Load);

    /// <summary>Why they are not here; null once they are loaded.</summary>
    public static string? Missing => _missing.Value;

    private static string? Load()
    {
        string? folder = typeof(TorchLibrary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(attribute => attribute.Key == "LibtorchFolder")?.Value;
        if (folder is null)
        {
            return "built without libtorch, which DLPACK_TESTS_LIBTORCH=true fetches (130 MB)";
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
            return e.Message.Split('\n').FirstOrDefault(line => line.Contains("' not found"))?.Trim() ?? e.Message;
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        return null;
    }
}
