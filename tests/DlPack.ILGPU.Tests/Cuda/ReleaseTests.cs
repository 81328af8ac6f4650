using DlPackNet.Interop;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>
/// Memory is given back when the GPU is done with it, and nobody waits for that but a thread of the library.
/// </summary>
public sealed class ReleaseTests : CudaTest
{
    public ReleaseTests() => AtEnd(() => CudaStub.stub_hold_events(0));

    [Fact]
    public void A_view_releases_its_tensor_after_the_streams_work_without_blocking()
    {
        int released = 0;
        DlPackObject tensor = Tensor(Foreign(16), [4], () => released++);
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, Side);
        tensor.Dispose();
        CudaStub.TakeJournal();
        CudaStub.stub_hold_events(1);
        view.Release();
        CudaStub.TakeJournal().Should().Contain(line => line.EndsWith($"on stream {SideHandle:x} in 1f00"));
        Volatile.Read(ref released).Should().Be(0, "the stream has work to do");
        CudaStub.stub_hold_events(0);
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
    }

    [Fact]
    public void A_buffer_that_is_disposed_while_it_is_lent_is_freed_after_the_streams_work()
    {
        int before = CudaStub.stub_live_blocks();
        MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        DlPackObject tensor = buffer.AsDlPack(Side);
        DlPackCapsule capsule = tensor.Dlpack(stream: -1);
        buffer.Dispose();
        tensor.Dispose();
        CudaStub.stub_live_blocks().Should().Be(before + 1);
        CudaStub.stub_hold_events(1);
        capsule.Dispose();
        CudaStub.stub_live_blocks().Should().Be(before + 1, "the stream has work to do");
        CudaStub.stub_hold_events(0);
        DlPackCuda.WaitForReleases();
        CudaStub.stub_live_blocks().Should().Be(before);
        CudaStub.TakeJournal().Should().EndWith("free in 1f00");
    }

    [Fact]
    public void A_buffer_that_nobody_disposed_is_its_owners_again_and_the_GPU_is_not_asked()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        CudaStub.TakeJournal();
        buffer.AsDlPack().Dispose();
        Asked();
    }

    [Fact]
    public void An_accelerator_whose_memory_is_lent_refuses_to_be_disposed_until_it_no_longer_is()
    {
        var accelerator = DlPackCuda.CreateAccelerator(Context, Context.GetCudaDevices()[0]);
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = accelerator.Allocate1D<float>(4);
        DlPackObject tensor = buffer.AsDlPack();
        CudaStub.TakeJournal();
        Action dispose = accelerator.Dispose;
        dispose.Should().Throw<DlPackException>().WithMessage("1 buffers*lent*dispose it again*");
        accelerator.IsDisposed.Should().BeFalse();
        buffer.CopyFromCPU(new float[] { 1, 2, 3, 4 });
        using (DlPackObject copy = tensor.Copy())
        {
            copy.ToArray<float>().Should().Equal(1, 2, 3, 4);
        }

        tensor.Dispose();
        dispose();
        accelerator.IsDisposed.Should().BeTrue();
        CudaStub.TakeJournal().Should().ContainSingle(line => line.StartsWith("destroy context"));
    }

    [Fact]
    public void Disposing_an_accelerator_releases_the_tensors_that_it_sees()
    {
        int released = 0;
        using DlPackObject tensor = Tensor(Foreign(16), [4], () => released++);
        var accelerator = DlPackCuda.CreateAccelerator(Context, Context.GetCudaDevices()[0]);
        tensor.AsArrayView1D<float>(accelerator);
        tensor.Dispose();
        accelerator.Dispose();
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
    }

    [Fact]
    public void A_release_that_throws_is_reported_and_the_next_ones_go_on()
    {
        List<Exception> failures = [];
        DlPackDiagnostics.ReleaseFailed += failures.Add;
        AtEnd(() => DlPackDiagnostics.ReleaseFailed -= failures.Add);
        int released = 0;
        nint address = Foreign(16);
        DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: 1, release: () => throw new IOException("no")).Dispose();
        DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: 1, release: () => released++).Dispose();
        DlPackCuda.WaitForReleases();
        failures.Should().ContainSingle().Which.Should().BeOfType<IOException>();
        released.Should().Be(1);
    }

    [Fact]
    public void A_page_locked_array_stays_locked_while_it_is_lent()
    {
        PageLockedArray2D<float> array = Gpu.AllocatePageLocked2D<float>(new(2, 3));
        array[1, 2] = 5;
        CudaStub.TakeJournal();
        DlPackObject tensor = array.AsDlPack(Side);
        tensor.Device.Should().Be(new DLDevice(DLDeviceType.kDLCUDAHost));
        array.Dispose();
        Asked();
        tensor.ToArray<float>().Should().Equal(0, 0, 0, 0, 0, 5);
        CudaStub.TakeJournal()
            .Should().NotBeEmpty().And.OnlyContain(line => line == $"host waits for stream {SideHandle:x} in 1f00");
        tensor.Dispose();
        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal().Should().EndWith("unlock");
    }

    [Fact]
    public void A_page_locked_array_of_the_second_GPU_is_waited_for_there()
    {
        using CudaAccelerator second = DlPackCuda.CreateAccelerator(Context, 1);
        using PageLockedArray1D<float> array = second.AllocatePageLocked1D<float>(4);
        using DlPackObject tensor = array.AsDlPack(second.DefaultStream);
        CudaStub.TakeJournal();
        tensor.ToArray<float>();
        tensor.Dlpack(stream: SideHandle).Dispose();
        CudaStub.TakeJournal().Should().NotBeEmpty().And.OnlyContain(line => line == "host waits for stream 1 in 1f01");
    }
}
