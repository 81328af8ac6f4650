using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet.IlgpuTests;

/// <summary>One CPU accelerator for all tests: making one takes longer than most tests.</summary>
internal static class Machine
{
    private static readonly Lazy<Accelerator> _cpu = new(NewCpu);

    public static Accelerator Cpu => _cpu.Value;

    /// <summary>An accelerator of the test's own.</summary>
    public static Accelerator NewCpu() =>
        Context.Create(builder => builder.CPU().EnableAlgorithms()).CreateCPUAccelerator(0);

    /// <summary>ILGPU's buffer behind a view.</summary>
    public static MemoryBuffer Buffer<TView>(this TView view)
        where TView : struct, IArrayView => view.Buffer;
}
