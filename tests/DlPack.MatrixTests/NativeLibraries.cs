using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Tests.Native;

/// <summary>Finds libtorch, which lies in no usual place.</summary>
internal static class NativeLibraries
{
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(NativeLibraries).Assembly, (name, _, _) => name == Libtorch.LibraryName ? Libtorch.Load() : 0);
}
