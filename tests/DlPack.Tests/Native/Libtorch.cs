using System.Runtime.InteropServices;

namespace DlPackNet.Tests.Native;

/// <summary>
/// PyTorch's native library, which is a real producer and consumer. It is a large download, so it is there only where
/// the tests were built with <c>DLPACK_TESTS_LIBTORCH=true</c>; elsewhere the first call skips the test.
/// </summary>
internal static partial class Libtorch
{
    /// <summary>The name by which <see cref="NativeLibraries"/> knows libtorch.</summary>
    public const string LibraryName = "torch_cpu";

    private static readonly Lazy<nint> Library = new(LoadOnce);

    private static string? Folder { get; } = TestedAsset.Metadata("LibtorchFolder");

    /// <summary>Loads libtorch, or skips the test where it is not there.</summary>
    public static nint Load()
    {
        Requires.LinuxX64();
        Requires.That(
            !string.IsNullOrEmpty(Folder),
            "the tests were built without libtorch; set DLPACK_TESTS_LIBTORCH=true and run dotnet test again "
            + "(it fetches the package libtorch-cpu-linux-x64, 200 MB)");
        return Library.Value;
    }

    /// <summary>Throws where one of libtorch's C functions reported an error; it has printed why.</summary>
    public static void Check(int error)
    {
        if (error != 0)
        {
            throw new InvalidOperationException("libtorch refused; see standard error for its reason.");
        }
    }

    private static nint LoadOnce()
    {
        // First what libtorch_cpu needs, so that the loader finds it without a search path.
        NativeLibrary.Load(Directory.EnumerateFiles(Folder!, "libgomp*").Single());
        NativeLibrary.Load(Path.Combine(Folder!, "libc10.so"));
        return NativeLibrary.Load(Path.Combine(Folder!, "libtorch_cpu.so"));
    }
}
