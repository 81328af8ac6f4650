using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet;

internal sealed partial class PrimaryContext
{
    /// <summary>Whether something of ILGPU is on a GPU that <see cref="IsInherited"/>.</summary>
    public static bool IsOfParent(AcceleratorObject resource) =>
        resource.Accelerator is CudaAccelerator cuda && Of(cuda.DeviceId).IsInherited;
}
