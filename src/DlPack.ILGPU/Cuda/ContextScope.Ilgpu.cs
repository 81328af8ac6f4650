using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

internal readonly ref partial struct ContextScope
{
    /// <summary>An accelerator's context; nothing where it has none.</summary>
    public static ContextScope Of(Accelerator accelerator) =>
        accelerator is CudaAccelerator { IsDisposed: false } ? new(accelerator.NativePtr) : default;
}
