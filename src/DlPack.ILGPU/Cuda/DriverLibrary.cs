using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Leads the imports of this assembly, and of ILGPU where that is there, to the CUDA driver.</summary>
internal static partial class DriverLibrary
{
    private static readonly Lazy<bool> _isRegistered = new(Register);

    /// <summary>Whether there is a driver.</summary>
    public static bool IsThere
    {
        get
        {
            Help();
            return DriverFile.Handle != 0;
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
                $"There is no CUDA driver: looked for {string.Join(", ", DriverFile.Names)}. Install NVIDIA's driver, "
                + $"in a container make it visible (--gpus all), or give its path in {DriverFile.Variable}.");
        }
    }

    private static bool Register()
    {
        NativeLibrary.SetDllImportResolver(
            typeof(DriverLibrary).Assembly, static (name, _, _) => name == Driver.LibraryName ? DriverFile.Handle : 0);
        HelpIlgpu();
        return true;
    }

    static partial void HelpIlgpu();
}
