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

        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal()
            .Should().EndWith("a thread waits for all of 1f00", "a borrower may have queued a copy of it")
            .And.NotContain(line => line.Contains("one context only"));
        using DlPackObject again = tensor.Copy();
        again.Data.Should().Be(first);
        Asked($"copy {4 * Count} bytes on {SideHandle:x} in 1f00", $"host waits for stream {SideHandle:x} in 1f00");
        using DlPackObject beside = tensor.Copy();
        beside.Data.Should().NotBe(first, "that is in use");
        LetGo(again, beside);
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
