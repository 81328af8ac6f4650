using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>While a stream is being captured into a graph, work of others does not break that off.</summary>
public sealed class CaptureTests : CudaTest
{
    private const int OfOneStream = 1;
    private const int OfABlockingStream = 2;
    private const int Large = 3 << 20;

    public CaptureTests() => AtEnd(() => CudaStub.stub_capture(0));

    [Fact]
    public void Others_may_lend_copy_and_release()
    {
        MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Large);
        DlPackObject tensor = buffer.AsDlPack(Side);
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfOneStream);
        tensor.Dlpack(stream: SideHandle).Dispose();
        tensor.Dlpack(copy: true).Dispose();
        tensor.Copy().Dispose();
        tensor.AsArrayView1D<float>(Gpu, Side).Release();
        buffer.Dispose();
        tensor.Dispose();
        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal().Should()
            .Contain(line => line.StartsWith("lock ")).And.Contain("free in 1f00")
            .And.Contain(line => line.StartsWith("a thread waits for event"))
            .And.NotContain(line => line.Contains("breaks"));
    }

    [Fact]
    public void Page_locked_memory_may_be_read()
    {
        using PageLockedArray1D<float> locked = Gpu.AllocatePageLocked1D<float>(16);
        using DlPackObject tensor = locked.AsDlPack(Side);
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfOneStream);
        tensor.AsSpan<float>().Length.Should().Be(16);
        CudaStub.stub_capture(0);
        Asked($"host waits for stream {SideHandle:x} in 1f00");
    }

    [Fact]
    public void A_release_whose_stream_cannot_be_waited_for_comes_after_the_capture()
    {
        int released = 0;
        using DlPackObject tensor = Tensor(Foreign(16), [4], () => Interlocked.Increment(ref released));
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu);
        tensor.Dispose();
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfABlockingStream);
        view.Release();
        AskedAgain();
        released.Should().Be(0, "kernels may still work on it");
        CudaStub.stub_capture(0);
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
        CudaStub.TakeJournal().Should().Contain(line => line.StartsWith("a thread waits for event"))
            .And.NotContain(line => line.Contains("breaks"));
    }

    [Fact]
    public void What_is_released_on_the_captured_stream_itself_is_no_part_of_the_graph()
    {
        int released = 0;
        using DlPackObject tensor = Tensor(Foreign(16), [4], () => Interlocked.Increment(ref released));
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, Side);
        tensor.Dispose();
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfOneStream, (nint)SideHandle);
        view.Release();
        AskedAgain();
        Asked();
        released.Should().Be(0);
        CudaStub.stub_capture(0);
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
    }

    [Fact]
    public void A_captured_stream_is_neither_made_to_wait_nor_copied_on()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(16);
        using DlPackObject produced = buffer.AsDlPack(Side);
        using MemoryBuffer1D<float, Stride1D.Dense> otherBuffer = Gpu.Allocate1D<float>(16);
        using DlPackObject other = otherBuffer.AsDlPack();
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfOneStream, (nint)SideHandle);
        Action wait = () => other.Dlpack(stream: SideHandle);
        Action copy = () => produced.Copy();
        wait.Should().Throw<DlPackException>().WithMessage("*being captured*before the capture begins*");
        copy.Should().Throw<DlPackException>().WithMessage("*being captured*before the capture begins*");
        Action copyOnAnother = () => produced.Dlpack(stream: SideHandle + 1, copy: true);
        copyOnAnother.Should().Throw<DlPackException>().WithMessage("*being captured*before the capture begins*");
        produced.Dlpack(stream: SideHandle).Dispose();
        CudaStub.stub_capture(0);
        CudaStub.TakeJournal().Should().NotContain(
            line => line.Contains("breaks") || line.StartsWith("copy") || line.StartsWith("stream"));
    }

    [Fact]
    public void While_a_blocking_stream_is_captured_the_legacy_stream_is_refused_and_the_capture_goes_on()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(16);
        using PageLockedArray1D<float> locked = Gpu.AllocatePageLocked1D<float>(16);
        using DlPackObject onSide = buffer.AsDlPack(Side);
        using DlPackObject onLegacy = buffer.AsDlPack();
        using DlPackObject pinned = locked.AsDlPack(Gpu.DefaultStream);
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfABlockingStream);
        Action[] uses =
        [
            () => onSide.Dlpack(),
            () => onLegacy.Dlpack(stream: SideHandle),
            () => onLegacy.Copy(),
            () => onSide.Dlpack(copy: true),
            () => onLegacy.Dlpack(stream: SideHandle, copy: true),
            () => pinned.AsSpan<float>(),
        ];
        foreach (Action use in uses)
        {
            use.Should().Throw<DlPackException>().WithMessage("*legacy default stream*blocking*captured*");
        }

        onSide.Dlpack(stream: SideHandle + 1).Dispose();
        CudaStub.stub_capture(0);
        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal().Should().NotContain(line => line.Contains("breaks"));
    }

    [Fact]
    public void A_captured_stream_is_not_waited_for_by_the_host()
    {
        using PageLockedArray1D<float> locked = Gpu.AllocatePageLocked1D<float>(16);
        using DlPackObject pinned = locked.AsDlPack(Side);
        CudaStub.TakeJournal();
        CudaStub.stub_capture(OfOneStream, (nint)SideHandle);
        FluentActions.Invoking(() => pinned.AsSpan<float>())
            .Should().Throw<DlPackException>().WithMessage("*being captured*before the capture begins*");
        CudaStub.stub_capture(0);
        Asked();
    }

    // The thread that releases has tried, and found that it cannot.
    private static void AskedAgain()
    {
        int before = CudaStub.stub_capture_questions();
        SpinWait.SpinUntil(() => CudaStub.stub_capture_questions() > before + 1, TimeSpan.FromSeconds(20))
            .Should().BeTrue("the stream is asked about again until it is free");
    }
}
