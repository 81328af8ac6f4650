using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet.IlgpuTests;

/// <summary>A device of OpenCL's kind, where there is none.</summary>
[DeviceType(AcceleratorType.OpenCL)]
internal sealed class OpenClDevice : Device
{
    public OpenClDevice() => Name = "No GPU";

    /// <inheritdoc/>
    public override Accelerator CreateAccelerator(Context context) => new OpenClAccelerator(context, this);
}
