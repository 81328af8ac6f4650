using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Where the CUDA driver is, for all that ask it.</summary>
internal static class DriverFile
{
    /// <summary>The environment variable with the path of a driver in an unusual place.</summary>
    public const string Variable = "DLPACK_CUDA_DRIVER";

    private static readonly Lazy<nint> _handle = new(Load);

    /// <summary>What is looked for.</summary>
    public static string[] Names =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? [path]
        : OperatingSystem.IsWindows() ? ["nvcuda.dll"]
        : ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"];

    /// <summary>The loaded library; 0 where there is none.</summary>
    public static nint Handle => _handle.Value;

    private static nint Load()
    {
        foreach (string name in Names)
        {
            if (NativeLibrary.TryLoad(name, out nint handle))
            {
                return handle;
            }
        }

        return 0;
    }
}
