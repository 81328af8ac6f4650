using DlPackNet.Interop;
using DlPackNet.Tests;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>Large copies to the CPU go to memory that is locked once and used again.</summary>
public sealed class PinnedTests : CudaTest
{
    private const string Memory = "/memfd:dlpack (deleted)";
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

        DlPackCuda.WaitForReleases();
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_a_forked_child_may_look_at_is_not_used_again(bool childClosesFiles)
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        LetGo(tensor.Copy(), tensor.Copy());
        DlPackObject seen = tensor.Copy();
        DlPackObject seenToo = tensor.Copy();
        int child = CudaStub.stub_fork(childClosesFiles ? 1 : 0);
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
    public void Where_a_copy_cannot_be_waited_for_its_memory_is_not_used_again()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(Count);
        using DlPackObject tensor = buffer.AsDlPack();
        LetGo(tensor.Copy());
        CudaStub.TakeJournal();
        CudaStub.stub_fail_stream_waits(1);
        Action copy = () => tensor.Copy();
        copy.Should().Throw<DlPackException>().WithMessage("*719*wait for a copy*");
        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal().Should().EndWith(["a thread waits for all of 1f00", "unlock"]);
    }

    [Fact]
    public void What_locked_memory_takes_is_given_back()
    {
        Requires.Platform(OperatingSystem.IsLinux(), "elsewhere no memory is locked");
        DlPackDeviceRuntime.TryGet(DLDeviceType.kDLCUDA, out DlPackDeviceRuntime? runtime).Should().BeTrue();
        runtime!.AllocateOnHost(DLDevice.Cuda(), DLDataType.UInt8, [2L << 30]).Dispose();
        DlPackCuda.WaitForReleases();
        (int Files, int Mappings) before = Held();
        DlPackObject large = runtime.AllocateOnHost(DLDevice.Cuda(), DLDataType.UInt8, [(2L << 30) + 1]);
        Held().Mappings.Should().Be(before.Mappings + 2);
        LetGo(large);
        Held().Should().Be(before);

        // Files of others come and go.
        static (int Files, int Mappings) Held() => (
            Directory.GetFiles("/proc/self/fd").Count(file => new FileInfo(file).LinkTarget == Memory),
            File.ReadLines("/proc/self/maps").Count(line => line.EndsWith(Memory)));
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
