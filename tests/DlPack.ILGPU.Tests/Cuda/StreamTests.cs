using DlPackNet.Interop;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>What is asked of the driver so that streams come after each other, and copies after both.</summary>
public sealed class StreamTests : CudaTest
{
    private readonly MemoryBuffer1D<float, Stride1D.Dense> _buffer;

    public StreamTests()
    {
        _buffer = Gpu.Allocate1D<float>(6);
        CudaStub.TakeJournal();
        AtEnd(_buffer.Dispose);
    }

    [Fact]
    public void The_consumers_stream_waits_for_the_producers_and_the_host_for_neither()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        tensor.Dlpack(stream: 2).Dispose();
        string[] asked = CudaStub.TakeJournal();
        string recorded = asked.Single(line => line.StartsWith("record"));
        recorded.Should().EndWith($"on stream {SideHandle:x} in 1f00");
        asked[^1].Should().Be($"stream 2 waits for event {recorded.Split(' ')[2]} in 1f00");
        asked.Should().NotContain(line => line.StartsWith("host"));
    }

    [Fact]
    public void Null_and_one_are_the_legacy_default_stream()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        tensor.Dlpack().Dispose();
        tensor.Dlpack(stream: 1).Dispose();
        CudaStub.TakeJournal().Where(line => line.StartsWith("stream"))
            .Should().HaveCount(2).And.OnlyContain(line => line.StartsWith("stream 1 waits"));
    }

    [Fact]
    public void The_accelerators_default_stream_is_the_legacy_default_stream()
    {
        using DlPackObject tensor = _buffer.AsDlPack();
        tensor.Dlpack(stream: SideHandle).Dispose();
        CudaStub.TakeJournal().Should().ContainSingle(line => line.Contains("on stream 1 in 1f00"));
        tensor.Dlpack(stream: 1).Dispose();
        Asked();
    }

    [Fact]
    public void Nothing_is_ordered_for_the_same_stream_or_where_nothing_is_to_be()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        tensor.Dlpack(stream: SideHandle).Dispose();
        tensor.Dlpack(stream: -1).Dispose();
        Asked();
    }

    [Fact]
    public void A_producers_per_thread_stream_is_waited_for_on_whatever_thread()
    {
        using CudaStream perThread = Gpu.CreateStream(2, responsible: false);
        foreach (DlPackObject tensor in (DlPackObject[])[
            _buffer.AsDlPack(perThread),
            DlPack.AsDlPack(Foreign(16), DLDataType.Float32, [4], stream: 2, release: () => { })])
        {
            CudaStub.TakeJournal();
            tensor.Dlpack(stream: 2).Dispose();
            ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, perThread);
            view.Release();
            tensor.Dispose();
            DlPackCuda.WaitForReleases();
            string[] asked = CudaStub.TakeJournal();
            asked.Where(line => line.StartsWith("record")).Should()
                .HaveCountGreaterThan(1)
                .And.OnlyContain(line => line.EndsWith("on stream 1 in 1f00"), "it comes after those of all threads");
            asked.Should().ContainSingle(line => line.StartsWith("stream 2 waits for event"));
        }
    }

    [Fact]
    public void Events_are_used_again()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        tensor.Dlpack().Dispose();
        CudaStub.TakeJournal();
        tensor.Dlpack().Dispose();
        CudaStub.TakeJournal().Should().NotContain(line => line.StartsWith("create event"));
    }

    [Fact]
    public void Zero_and_other_numbers_are_refused()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        FluentActions.Invoking(() => tensor.Dlpack(stream: 0)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => tensor.Dlpack(stream: -2)).Should().Throw<ArgumentException>();
        Asked();
    }

    [Fact]
    public void A_failing_driver_is_named_and_nothing_stays_lent()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        CudaStub.stub_fail_records(1);
        FluentActions.Invoking(() => tensor.Dlpack())
            .Should().Throw<DlPackException>().WithMessage("*CUDA_ERROR_INVALID_VALUE*record*");
        Live.Blocks.Should().Be(0);
        tensor.Dlpack().Dispose();
    }

    [Fact]
    public void A_copy_to_the_CPU_comes_after_the_producers_work()
    {
        _buffer.CopyFromCPU(new float[] { 1, 2, 3, 4, 5, 6 });
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        CudaStub.TakeJournal();
        using DlPackCapsule capsule = tensor.Dlpack(dlDevice: DLDevice.Cpu);
        Asked($"copy 24 bytes on {SideHandle:x} in 1f00", $"host waits for stream {SideHandle:x} in 1f00");
        using DlPackObject copy = DlPack.FromDlpack(capsule);
        copy.ToArray<float>().Should().Equal(1, 2, 3, 4, 5, 6);
        (copy.Data % 256).Should().Be(0);
    }

    [Fact]
    public void A_copy_on_the_GPU_is_made_on_the_consumers_stream_after_the_producers()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        DlPackCapsule capsule = tensor.Dlpack(stream: 2, copy: true);
        string[] asked = CudaStub.TakeJournal();
        asked[0].Should().Be("allocate 24 bytes in 1f00");
        int copied = Array.IndexOf(asked, "copy 24 bytes on 2 in 1f00");
        asked[copied - 1].Should().StartWith("stream 2 waits for event");
        asked[copied + 1].Should().StartWith("record event").And.EndWith(" on stream 2 in 1f00");
        capsule.Dispose();
        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal().Should().EndWith("free in 1f00");
    }

    [Theory]
    [InlineData(CudaStub.Host)]
    [InlineData(CudaStub.Managed)]
    public void A_copy_from_memory_that_the_main_processor_reads_comes_after_the_producers_work(int kind)
    {
        using DlPackObject source = DlPack.AsDlPack(
            Foreign(24, kind: kind), DLDataType.Float32, [6], stream: SideHandle);
        using DlPackObject target = _buffer.AsDlPack();
        DlPackDeviceRuntime.TryGet(DLDeviceType.kDLCUDA, out DlPackDeviceRuntime? runtime).Should().BeTrue();
        CudaStub.TakeJournal();
        runtime!.Copy(source, target, stream: null);
        Asked(
            $"host waits for stream {SideHandle:x} in 1f00",
            "copy 24 bytes on 1 in 1f00",
            "host waits for stream 1 in 1f00");
    }

    [Fact]
    public void Strided_memory_is_copied_by_its_strides()
    {
        _buffer.CopyFromCPU(new float[] { 1, 2, 3, 4, 5, 6 });
        using DlPackObject tensor = _buffer.AsDlPack();
        using DlPackObject transposed = DlPack.AsDlPack(tensor, [3, 2], [1, 3]);
        using DlPackObject backward = DlPack.AsDlPack(tensor, [3], [-2], offset: 5);
        using DlPackObject first = transposed.Copy();
        using DlPackObject second = backward.Copy();
        using DlPackObject onGpu = DlPack.FromDlpack(transposed.Dlpack(copy: true));
        using DlPackObject third = onGpu.Copy();
        first.ToArray<float>().Should().Equal(1, 4, 2, 5, 3, 6);
        second.ToArray<float>().Should().Equal(6, 4, 2);
        third.ToArray<float>().Should().Equal(1, 4, 2, 5, 3, 6);
        onGpu.Dispose();
        DlPackCuda.WaitForReleases();
    }

    [Fact]
    public void A_view_waits_for_the_tensors_content()
    {
        using DlPackObject tensor = _buffer.AsDlPack(Side);
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu);
        string[] asked = CudaStub.TakeJournal();
        asked[^2].Should().EndWith($"on stream {SideHandle:x} in 1f00");
        asked[^1].Should().StartWith("stream 1 waits for event");
        view.Release();
        DlPackCuda.WaitForReleases();
    }
}
