using System.Diagnostics;

namespace DlPackNet.Tests.Native;

/// <summary>Builds the C sources of the tests with whatever C compiler the machine has, once a run.</summary>
internal static class CCompiler
{
    private static readonly string[] Names = ["cc", "gcc", "clang"];
    private static readonly Lazy<string> BuildFolder = new(MakeBuildFolder);

    /// <summary>The C sources, beside the test assembly.</summary>
    public static string SourceFolder { get; } = Path.Combine(AppContext.BaseDirectory, "native");

    /// <summary>The compiler's full path, or null where there is none.</summary>
    public static string? FullPath { get; } = Find();

    /// <summary>Compiles sources into a program and returns the program's path.</summary>
    /// <param name="name">What to call the program, without an extension.</param>
    /// <param name="sources">File names in <see cref="SourceFolder"/>.</param>
    public static string Program(string name, params string[] sources) =>
        Compile(name + (OperatingSystem.IsWindows() ? ".exe" : ""), [], sources);

    /// <summary>Compiles sources into a shared library and returns the library's path.</summary>
    /// <param name="name">What to call the library, without an extension.</param>
    /// <param name="sources">File names in <see cref="SourceFolder"/>.</param>
    public static string Library(string name, params string[] sources)
    {
        string extension = OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";
        return Compile(name + extension, ["-shared", "-fPIC", "-fvisibility=hidden"], sources);
    }

    /// <summary>Runs a program to its end and returns what it printed; throws if it fails.</summary>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException(
                $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}:\n{output}\n{errors.Result}");
    }

    private static string Compile(string fileName, string[] options, string[] sources)
    {
        string output = Path.Combine(BuildFolder.Value, fileName);
        Run(FullPath ?? throw new InvalidOperationException("There is no C compiler."),
        [
            "-std=c11", "-O2", "-Wall", "-Wextra", "-Werror", .. options, "-o", output,
            .. sources.Select(source => Path.Combine(SourceFolder, source)), "-pthread", "-lm",
        ]);
        return output;
    }

    private static string? Find()
    {
        string suffix = OperatingSystem.IsWindows() ? ".exe" : "";
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);
        return Names
            .SelectMany(name => folders.Select(folder => Path.Combine(folder, name + suffix)))
            .FirstOrDefault(File.Exists);
    }

    private static string MakeBuildFolder()
    {
        string folder = Directory.CreateTempSubdirectory("dlpack-tests-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(folder);
        return folder;
    }

    private static void Delete(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (UnauthorizedAccessException)
        {
            // Windows keeps a loaded library's file; it is in the folder for temporary files all the same.
        }
    }
}
