using System.Diagnostics;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>The floor that lending is measured against: a small C library, compiled when a benchmark starts.</summary>
internal static unsafe class NativeFloor
{
    private static readonly nint _library = Load();

    /// <summary>Allocates and fills an 8 x 8 float32 tensor over the given memory.</summary>
    public static readonly delegate* unmanaged[Cdecl]<void*, DLManagedTensorVersioned*> Make =
        (delegate* unmanaged[Cdecl]<void*, DLManagedTensorVersioned*>)NativeLibrary.GetExport(_library, "floor_make");

    /// <summary>Makes and deletes so many tensors in C.</summary>
    public static readonly delegate* unmanaged[Cdecl]<void*, int, void> Loop =
        (delegate* unmanaged[Cdecl]<void*, int, void>)NativeLibrary.GetExport(_library, "floor_loop");

    /// <summary>Says before anything is measured whether there is a C compiler.</summary>
    /// <exception cref="InvalidOperationException">There is none, or it failed.</exception>
    public static void Check() => _ = Make;

    private static nint Load()
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("dlpack-floor-");
        try
        {
            string source = Path.Combine(folder.FullName, "floor.c");
            string binary = Path.Combine(folder.FullName, "floor.so");
            using (Stream text = typeof(NativeFloor).Assembly.GetManifestResourceStream("floor.c")!)
            using (FileStream file = File.Create(source))
            {
                text.CopyTo(file);
            }

            Compile(source, binary);
            return NativeLibrary.Load(binary);
        }
        finally
        {
            // Once it is loaded, the file is not needed any more.
            folder.Delete(recursive: true);
        }
    }

    private static void Compile(string source, string binary)
    {
        string compiler = Environment.GetEnvironmentVariable("CC") ?? "cc";
        Process process;
        try
        {
            process = Process.Start(compiler, ["-O2", "-shared", "-fPIC", "-o", binary, source]);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(
                $"The floor is written in C, and there is no C compiler named {compiler}. Install one (Debian: gcc), or "
                + "name it in the environment variable CC.",
                e);
        }

        using (process)
        {
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"{compiler} could not compile floor.c: see its messages above.");
            }
        }
    }
}
