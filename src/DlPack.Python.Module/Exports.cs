using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Python;

namespace DlPackNet;

/// <summary>What Python looks for in the shared library.</summary>
internal static class Exports
{
    /// <summary>The start of <c>import dlpack._dlpack</c>.</summary>
    /// <returns>The module's definition, or 0 with a Python error.</returns>
    [UnmanagedCallersOnly(EntryPoint = "PyInit__dlpack", CallConvs = [typeof(CallConvCdecl)])]
    public static nint Initialize()
    {
        DlPackDiagnostics.ReleaseFailed += static failure =>
            StandardError.WriteLine("dlpack: releasing a tensor failed: " + failure.Message);

        // The driver is looked for when a stream must wait, or memory of a GPU is copied, and not before.
        DlPackDeviceRuntime.Register(DLDeviceType.kDLCUDA, CudaRuntime.Instance);
        DlPackDeviceRuntime.Register(DLDeviceType.kDLCUDAHost, CudaRuntime.Instance);
        DlPackDeviceRuntime.Register(DLDeviceType.kDLCUDAManaged, CudaRuntime.Instance);
        Forks.StartInChild = RuntimeThreads.ForgetOthers;
        return PythonModule.Define();
    }
}
