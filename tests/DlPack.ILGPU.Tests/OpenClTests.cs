using DlPackNet.Tests.Facade;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Xunit;

namespace DlPackNet.IlgpuTests;

/// <summary>Accelerators whose memory nobody else can name are refused with the way out.</summary>
public sealed class OpenClTests : LeakChecked
{
    [Fact]
    public void Neither_is_their_memory_lent_nor_do_they_see_tensors()
    {
        using Context context = Context.Create(builder => builder.CPU());
        using Accelerator accelerator = new OpenClDevice().CreateAccelerator(context);
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = accelerator.Allocate1D<int>(4);
        using DlPackObject tensor = DlPack.Allocate<int>([4]);
        FluentActions.Invoking(() => buffer.AsDlPack())
            .Should().Throw<DlPackException>().WithMessage("*OpenCL (No GPU)*handle*CopyToCPU*");
        FluentActions.Invoking(() => tensor.AsArrayView1D<int>(accelerator))
            .Should().Throw<DlPackException>().WithMessage("*cpu*OpenCL (No GPU)*CopyFromCPU*");
        buffer.View.Buffer().IsDisposed.Should().BeFalse();
    }
}
