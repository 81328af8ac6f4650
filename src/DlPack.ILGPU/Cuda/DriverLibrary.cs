using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// Finds the CUDA driver, for this assembly, and for ILGPU where that is there.
/// </summary>
internal static partial class DriverLibrary
{
    /// <summary>The environment variable with the path of a driver in an unusual place.</summary>
    public const string Variable = "DLPACK_CUDA_DRIVER";

    private static readonly Lazy<nint> _handle = new(Load);
    private static readonly Lazy<bool> _isRegistered = new(Register);

    private static string[] Names =>
        Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? [path]
        : OperatingSystem.IsWindows() ? ["nvcuda.dll"]
        : ["libcuda.so.1", "libcuda.so", "/usr/lib/wsl/lib/libcuda.so.1"];

    /// <summary>Whether there is a driver.</summary>
    public static bool IsThere
    {
        get
        {
            Help();
            return _handle.Value != 0;
        }
    }

    /// <summary>Sees to it that this assembly, and ILGPU, find the driver. May be called again.</summary>
    public static void Help() => _ = _isRegistered.Value;

    /// <summary>Throws where there is no driver, with what was looked for.</summary>
    /// <exception cref="DlPackException">There is none.</exception>
    public static void Need()
    {
        if (!IsThere)
        {
            throw new DlPackException(
                $"There is no CUDA driver: looked for {string.Join(", ", Names)}. Install NVIDIA's driver, in a "
                + "container "
                + $"make it visible (--gpus all), or give its path in {Variable}.");
        }
    }

    private static bool Register()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(DriverLibrary).Assembly, static (name, _, _) => name == Driver.LibraryName ? _handle.Value : 0);
        HelpIlgpu();
        return true;
    }

    static partial void HelpIlgpu();

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
