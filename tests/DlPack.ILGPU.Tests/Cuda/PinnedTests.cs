using DlPackNet.Interop;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>Large copies to the CPU go to memory that is locked once and used again.</summary>
public sealed class PinnedTests : CudaTest
{
    private const int Count = 1 << 20;

    [Fact]
    public void A_large_copy_goes_to_locked_memory_that_the_next_one_uses_again()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        buffer.View.SubView(Count - 1, 1).CopyFromCPU(new float[] { 7 });
        using DlPackObject tensor = buffer.AsDlPack(Side);
        CudaStub.TakeJournal();
        nint first;
        using (DlPackObject copy = tensor.Copy())
        {
            first = copy.Data;
            (copy.Device, copy.IsCopied, copy.IsReadOnly).Should().Be((DLDevice.Cpu, true, false));
            (first % 256).Should().Be(0);
            copy.AsSpan<float>()[Count - 1].Should().Be(7);
        }

        CudaStub.TakeJournal()
            .Should().EndWith($"host waits for stream {SideHandle:x} in 1f00", "a release waits for nothing")
            .And.NotContain(line => line.Contains("one context only"));
        using DlPackObject again = tensor.Copy();
        again.Data.Should().Be(first);
        Asked($"copy {4 * Count} bytes on {SideHandle:x} in 1f00, locked", $"host waits for stream {SideHandle:x} in 1f00");
        using DlPackObject beside = tensor.Copy();
        beside.Data.Should().NotBe(first, "that is in use");
        LetGo(again, beside);
    }

    [Fact]
    public void To_the_driver_a_copy_is_ordinary_memory_so_that_what_a_borrower_queues_is_staged()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        using DlPackObject copy = tensor.Copy();
        Action ask = () => DlPack.AsDlPack(copy.Data, DLDataType.Float32, [Count], stream: null);
        ask.Should().Throw<ArgumentException>().WithMessage("*does not know*ordinary main memory*");
    }

    [Fact]
    public void A_copy_back_to_the_GPU_starts_at_the_locked_address()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        using DlPackObject copy = tensor.Copy();
        copy.AsSpan<float>()[Count - 1] = 8;
        CudaStub.TakeJournal();
        DlPackDeviceRuntime.TryGet(DLDeviceType.kDLCUDA, out DlPackDeviceRuntime? runtime).Should().BeTrue();
        runtime!.Copy(copy, tensor, stream: null);
        Asked($"copy {4 * Count} bytes on 1 in 1f00, locked", "host waits for stream 1 in 1f00");
        using DlPackObject again = tensor.Copy();
        again.AsSpan<float>()[Count - 1].Should().Be(8);
    }

    [Fact]
    public void What_a_forked_child_may_look_at_is_not_used_again()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        LetGo(tensor.Copy(), tensor.Copy());
        DlPackObject seen = tensor.Copy();
        DlPackObject seenToo = tensor.Copy();
        int child = CudaStub.stub_fork();
        try
        {
            CudaStub.TakeJournal();
            LetGo(seen);
            Asked("unlock");
            using DlPackObject after = tensor.Copy();
        }
        finally
        {
            CudaStub.stub_end_child(child);
        }

        CudaStub.TakeJournal();
        LetGo(seenToo);
        Asked("unlock");
        LetGo(tensor.Copy());
        CudaStub.TakeJournal().Should().NotContain("unlock", "the child has ended");
    }

    [Fact]
    public void A_forked_child_gives_no_copy_back()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        LetGo(tensor.Copy());
        unsafe
        {
            using DlPackObject copy = tensor.Copy();
            DLManagedTensorVersioned* lent = DlPack.Export(copy);
            copy.Dispose();
            CudaStub.stub_delete_in_child(lent->deleter, lent).Should().Be(0);
            lent->deleter(lent);
        }
    }

    [Fact]
    public void Captures_of_others_are_not_disturbed_by_copies_and_releases()
    {
        MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(3 * Count);
        DlPackObject tensor = buffer.AsDlPack(Side);
        CudaStub.TakeJournal();
        CudaStub.stub_capture(1);
        try
        {
            tensor.Dlpack(stream: SideHandle).Dispose();
            tensor.Dlpack(copy: true).Dispose();
            tensor.Copy().Dispose();
            tensor.AsArrayView1D<float>(Gpu, Side).Release();
            tensor.Dispose();
            DlPackCuda.WaitForReleases();
        }
        finally
        {
            CudaStub.stub_capture(0);
        }

        CudaStub.TakeJournal().Should()
            .Contain(line => line.StartsWith("lock ")).And.Contain("free in 1f00")
            .And.Contain(line => line.StartsWith("a thread waits for event"))
            .And.NotContain(line => line.Contains("breaks")).And.NotContain(line => line.Contains("for all of"));
        buffer.Dispose();
    }

    [Fact]
    public void A_consumer_of_the_CPU_is_told_of_a_copy_of_its_own()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        using DlPackObject copy = DlPack.FromDlpack(tensor.Dlpack(dlDevice: DLDevice.Cpu));
        (copy.Device, copy.IsCopied, copy.Data % 256).Should().Be((DLDevice.Cpu, true, 0));
        LetGo(copy);
    }

    [Fact]
    public void Strided_memory_passes_through_locked_memory()
    {
        using MemoryBuffer2D<int, Stride2D.DenseY> buffer = Gpu.Allocate2DDenseY<int>(new(1024, 1024));
        int[,] values = new int[1024, 1024];
        (values[5, 9], values[9, 5]) = (59, 95);
        buffer.CopyFromCPU(values);
        using DlPackObject tensor = buffer.View.AsTransposed().AsDlPack();
        using DlPackObject copy = tensor.Copy();
        ReadOnlySpan<int> seen = copy.AsReadOnlySpan<int>();
        (seen[(5 * 1024) + 9], seen[(9 * 1024) + 5]).Should().Be((95, 59));
        LetGo(copy);
    }

    [Fact]
    public void Where_no_more_memory_can_be_locked_the_copy_goes_to_other_memory()
    {
        const int Odd = 5 * Count;
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Odd);
        buffer.View.SubView(Odd - 1, 1).CopyFromCPU(new float[] { 7 });
        using DlPackObject tensor = buffer.AsDlPack();
        CudaStub.stub_fail_locks(1);
        using DlPackObject copy = tensor.Copy();
        copy.AsSpan<float>()[Odd - 1].Should().Be(7);
        Live.Allocations.Should().Be(1);
    }

    [Fact]
    public void What_is_kept_has_an_end()
    {
        DlPackDeviceRuntime.TryGet(DLDeviceType.kDLCUDA, out DlPackDeviceRuntime? runtime).Should().BeTrue();
        var many = new DlPackObject[5];
        for (int i = 0; i < many.Length; i++)
        {
            many[i] = runtime!.AllocateOnHost(DLDevice.Cuda(), DLDataType.UInt8, [300 << 20]);
        }

        CudaStub.TakeJournal();
        LetGo(many);
        CudaStub.TakeJournal().Count(line => line == "unlock").Should().BeGreaterThanOrEqualTo(2);
    }

    private static void LetGo(params DlPackObject[] copies)
    {
        Array.ForEach(copies, copy => copy.Dispose());
        DlPackCuda.WaitForReleases();
    }
}
