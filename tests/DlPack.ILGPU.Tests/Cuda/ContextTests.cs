using DlPackNet.Interop;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>Which CUDA context work is done in, and that no other is touched or crossed.</summary>
public sealed class ContextTests : CudaTest
{
    [Fact]
    public void An_accelerator_in_the_primary_context_works_there_on_every_thread()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        Asked("allocate 16 bytes in 1f00");
        var kernel = Gpu.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(static (i, view) => view[i] = 1);
        var thread = new Thread(() => kernel(4, buffer.View));
        thread.Start();
        thread.Join();
        Asked("load module in 1f00", "launch on stream 0 in 1f00");
    }

    [Fact]
    public void Its_disposal_frees_in_the_primary_context_and_destroys_only_one_that_is_made_for_that()
    {
        CudaAccelerator accelerator = DlPackCuda.CreateAccelerator(Context, Context.GetCudaDevices()[0]);
        string[] made = CudaStub.TakeJournal();
        made.Should().HaveCount(2);
        made[1].Should().Be($"destroy context {made[0].Split(' ')[2]}", "ILGPU's own is not used");
        accelerator.Allocate1D<float>(4);
        accelerator.LoadAutoGroupedStreamKernel<Index1D, ArrayView<float>>(static (i, view) => view[i] = 2);
        CudaStub.TakeJournal();
        accelerator.Dispose();
        string[] asked = CudaStub.TakeJournal();
        asked.Should().Contain("free in 1f00").And.Contain("unload module in 1f00");
        string last = asked.Should().ContainSingle(line => line.StartsWith("create context")).Which.Split(' ')[2];
        asked.Should().ContainSingle(line => line.StartsWith("destroy context")).Which.Should().Be($"destroy context {last}");
        asked[^1].Should().StartWith("destroy context");
    }

    [Fact]
    public void Where_the_GPU_is_full_disposal_frees_the_memory_and_then_throws()
    {
        CudaAccelerator accelerator = DlPackCuda.CreateAccelerator(Context, Context.GetCudaDevices()[0]);
        accelerator.Allocate1D<float>(4);
        CudaStub.TakeJournal();
        CudaStub.stub_fail_contexts(1);
        Action dispose = accelerator.Dispose;
        dispose.Should().Throw<CudaException>();
        CudaStub.TakeJournal().Should().Contain("free in 1f00");
    }

    [Fact]
    public void The_second_GPU_is_number_one_whatever_its_place_in_ILGPUs_list()
    {
        using Context context = Context.Create(builder => builder.Cuda(device => device.Name == "Stub 1"));
        using CudaAccelerator second = DlPackCuda.CreateAccelerator(context, context.GetCudaDevices()[0]);
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = second.Allocate1D<float>(4);
        CudaStub.TakeJournal().Should().EndWith("allocate 16 bytes in 1f01");
        using DlPackObject tensor = buffer.AsDlPack();
        tensor.Device.Should().Be(DLDevice.Cuda(1));
        Action mixed = () => tensor.AsArrayView1D<float>(Gpu);
        mixed.Should().Throw<DlPackException>().WithMessage("*cuda:1*Stub 0*cuda:0*");
    }

    [Fact]
    public void A_GPU_is_found_by_its_number_or_not_at_all()
    {
        using (CudaAccelerator second = DlPackCuda.CreateAccelerator(Context, 1))
        {
            second.DeviceId.Should().Be(1);
        }

        using Context cpuOnly = Context.Create(builder => builder.CPU());
        FluentActions.Invoking(() => DlPackCuda.CreateAccelerator(Context, 2))
            .Should().Throw<DlPackException>().WithMessage("*no GPU 2*CUDA_VISIBLE_DEVICES*");
        FluentActions.Invoking(() => DlPackCuda.CreateAccelerator(cpuOnly))
            .Should().Throw<DlPackException>().WithMessage("*no GPU 0*Initialize*");
    }

    [Fact]
    public void Memory_of_an_accelerator_in_a_context_of_its_own_is_not_lent()
    {
        using CudaAccelerator plain = Context.GetCudaDevices()[0].CreateCudaAccelerator(Context);
        MemoryBuffer1D<float, Stride1D.Dense> buffer = plain.Allocate1D<float>(4);
        Action lend = () => buffer.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage("*context*primary*DlPackCuda.CreateAccelerator*");
        buffer.View.Buffer().IsDisposed.Should().BeFalse();
        buffer.Dispose();
    }

    [Fact]
    public void Memory_in_another_context_is_not_seen()
    {
        using CudaAccelerator plain = Context.GetCudaDevices()[0].CreateCudaAccelerator(Context);
        using DlPackObject primary = Tensor(Foreign(16), [4]);
        using DlPackObject foreign = Tensor(Foreign(16, context: 0x1abc), [4]);
        Action inPlain = () => primary.AsArrayView1D<float>(plain);
        Action inPrimary = () => foreign.AsArrayView1D<float>(Gpu);
        inPlain.Should().Throw<DlPackException>().WithMessage("*context 0x1f00*");
        inPrimary.Should().Throw<DlPackException>().WithMessage("*context 0x1abc*0x1f00*Copy()*");
    }

    [Fact]
    public void Memory_of_no_context_is_seen_on_its_GPU()
    {
        using DlPackObject pooled = Tensor(Foreign(16, context: 0), [4]);
        ArrayView1D<float, Stride1D.Dense> view = pooled.AsArrayView1D<float>(Gpu);
        view.Length.Should().Be(4);
        view.Release();
        DlPackCuda.WaitForReleases();
        using CudaAccelerator plain = Context.GetCudaDevices()[0].CreateCudaAccelerator(Context);
        Action inPlain = () => pooled.AsArrayView1D<float>(plain);
        inPlain.Should().Throw<DlPackException>().WithMessage("*context 0x1f00*", "there it need not be");
    }

    [Fact]
    public void Memory_that_is_elsewhere_than_it_says_is_refused()
    {
        using DlPackObject wrong = Tensor(0x7000, [4]);
        using DlPackObject host = DlPack.Allocate<float>([4]);
        using DlPackObject onSecond = Tensor(Foreign(16, context: 0, gpu: 1), [4]);
        FluentActions.Invoking(() => onSecond.AsArrayView1D<float>(Gpu))
            .Should().Throw<DlPackException>().WithMessage("*cuda:0*is on cuda:1*");
        Action lying = () => wrong.AsArrayView1D<float>(Gpu);
        Action onHost = () => host.AsArrayView1D<float>(Gpu);
        Action toCpu = () => wrong.AsArrayView1D<float>(Machine.Cpu);
        lying.Should().Throw<DlPackException>().WithMessage("*driver does not know*0x7000*");
        onHost.Should().Throw<DlPackException>().WithMessage("*cpu*CopyFromCPU*");
        toCpu.Should().Throw<DlPackException>().WithMessage("*cuda*Copy()*");
    }

    [Fact]
    public void Releasing_a_view_leaves_a_thread_that_ILGPU_does_not_know_as_it_is()
    {
        using DlPackObject tensor = Tensor(Foreign(16), [4]);
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, Side);
        nint after = 0;
        var thread = new Thread(() =>
        {
            CudaStub.stub_make_current(0x1abc);
            view.Release();
            after = CudaStub.stub_current_context();
        });
        thread.Start();
        thread.Join();
        after.Should().Be(0x1abc, "whoever lets go, perhaps a library on another GPU, has a context of its own");
        DlPackCuda.WaitForReleases();
    }

    [Fact]
    public void What_was_current_on_the_thread_is_so_afterwards()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        CudaStub.stub_make_current(0x1abc);
        using (DlPackObject tensor = buffer.AsDlPack())
        {
            tensor.Dlpack(stream: SideHandle).Dispose();
            tensor.Copy().Dispose();
            tensor.Dlpack(copy: true).Dispose();
            tensor.AsArrayView1D<float>(Gpu, Side).Release();
        }

        CudaStub.stub_current_context().Should().Be(0x1abc);
        CudaStub.stub_make_current(CudaStub.Primary);
    }
}
