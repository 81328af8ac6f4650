using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.IlgpuTests.Cuda;

namespace DlPackNet.Tests.Native;

/// <summary>Finds the native libraries that lie in no usual place.</summary>
internal static class NativeLibraries
{
    [ModuleInitializer]
    internal static void Register() => NativeLibrary.SetDllImportResolver(
        typeof(NativeLibraries).Assembly,
        (name, _, _) => name switch
        {
            CudaStub.LibraryName => CudaStub.Load(),
            Libtorch.LibraryName => Libtorch.Load(),
            _ => 0,
        });
}
