using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>Finds the C API of the Python that is in this process.</summary>
internal static unsafe class PythonLibrary
{
    private const string Probe = "PyCapsule_New";

    /// <summary>Loads the functions, from the library that the caller names or from where they are.</summary>
    /// <param name="path">A libpython; null for the one in the process.</param>
    /// <exception cref="DlPackException">There is none, or it lacks functions.</exception>
    public static void Load(string? path)
    {
        (nint library, string name) = path is null ? FindLoaded() : (NativeLibrary.Load(path), path);
        List<string> missing = PythonApi.Resolve(library);
        if (missing.Count != 0)
        {
            throw new DlPackException(
                $"The Python C API in {name} lacks {string.Join(", ", missing)}. Python 3.9 or later is needed.");
        }
    }

    private static (nint Library, string Name) FindLoaded()
    {
        nint program = NativeLibrary.GetMainProgramHandle();
        if (NativeLibrary.TryGetExport(program, Probe, out _))
        {
            return (program, "the main program");
        }

        var seen = new List<string>();
        foreach (string path in LoadedLibraries())
        {
            if (!IsPython(Path.GetFileName(path)))
            {
                continue;
            }

            seen.Add(path);
            if (NativeLibrary.TryLoad(path, out nint library) && NativeLibrary.TryGetExport(library, Probe, out _))
            {
                return (library, path);
            }
        }

        string found = seen.Count == 0 ? "none" : string.Join(", ", seen);
        throw new DlPackException(
            $"No Python in this process: {Probe} is neither in the main program nor in a loaded library named "
            + "libpython3*.so, libpython3*.dylib, Python or python3*.dll (found: " + found + "). Start Python first, "
            + "or name its library by DlPackPython.Initialize(path).");
    }

    private static bool IsPython(string file) =>
        file.StartsWith("libpython3", StringComparison.Ordinal)
        || file.StartsWith("python3", StringComparison.OrdinalIgnoreCase)
        || file == "Python";

    private static IEnumerable<string> LoadedLibraries() =>
        OperatingSystem.IsWindows() ? WindowsModules()
        : OperatingSystem.IsMacOS() ? MacImages()
        : LinuxMappings();

    private static IEnumerable<string> LinuxMappings()
    {
        const string maps = "/proc/self/maps";
        return File.Exists(maps)
            ? File.ReadLines(maps).Select(line => line[(line.IndexOf('/') + 1)..]).Distinct().Select(path => "/" + path)
            : [];
    }

    private static List<string> WindowsModules()
    {
        using Process process = Process.GetCurrentProcess();
        return [.. process.Modules.Cast<ProcessModule>().Select(module => module.FileName)];
    }

    private static List<string> MacImages()
    {
        nint program = NativeLibrary.GetMainProgramHandle();
        var images = new List<string>();
        if (NativeLibrary.TryGetExport(program, "_dyld_image_count", out nint count)
            && NativeLibrary.TryGetExport(program, "_dyld_get_image_name", out nint name))
        {
            uint length = ((delegate* unmanaged[Cdecl]<uint>)count)();
            for (uint i = 0; i < length; i++)
            {
                images.Add(Text.From(((delegate* unmanaged[Cdecl]<uint, byte*>)name)(i)));
            }
        }

        return images;
    }
}
