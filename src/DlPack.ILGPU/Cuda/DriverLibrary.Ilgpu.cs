using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

internal static partial class DriverLibrary
{
    // ILGPU asks for a name that only development machines have.
    static partial void HelpIlgpu()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(CudaAPI).Assembly, ForIlgpu);
        }
        catch (InvalidOperationException)
        {
            // The program has a resolver of its own for ILGPU: then finding the driver is its business.
        }
    }

    private static nint ForIlgpu(string name, Assembly assembly, DllImportSearchPath? searchPath) =>
        name is "cuda" or "nvcuda" ? DriverFile.Handle : 0;
}
