using DlPackNet.Tests.Facade;
using DlPackNet.Tests.Native;
using FluentAssertions;
using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.RadixSortOperations;
using ILGPU.Algorithms.ScanReduceOperations;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests;

/// <summary>ILGPU.Algorithms over memory that others made: they find the results in it.</summary>
public sealed class AlgorithmsTests : LeakChecked
{
    private const int Count = 1000;

    private readonly Accelerator _cpu = Machine.Cpu;

    // Every number from 1 to Count once, in no order.
    private static int[] Shuffled => [.. Enumerable.Range(0, Count).Select(i => 1 + (i * 387 % Count))];

    [Fact]
    public void Over_an_array()
    {
        int[] array = Shuffled;
        int[] sums = new int[Count];
        using (DlPackObject items = DlPack.AsDlPack(array))
        using (DlPackObject results = DlPack.AsDlPack(sums))
        {
            SortAndSum(items, results);
        }

        Check(array, sums);
    }

    [Fact]
    public unsafe void Over_tensors_of_libtorch()
    {
        Libtorch.Load();
        using TorchTensor array = TorchTensor.Zeros(TorchDType.Int32, Count);
        using TorchTensor sums = TorchTensor.Zeros(TorchDType.Int32, Count);
        using (DlPackObject items = DlPack.FromDlpack(array.ToDlpack()))
        using (DlPackObject results = DlPack.FromDlpack(sums.ToDlpack()))
        {
            Shuffled.CopyTo(items.AsSpan<int>());
            SortAndSum(items, results);
        }

        Check(new((int*)array.Data, Count), new((int*)sums.Data, Count));
    }

    [Fact]
    public void Over_part_of_a_matrix()
    {
        int[,] array = new int[3, Count];
        int[] sums = new int[Count];
        Shuffled.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref array[1, 0], Count));
        using (DlPackObject items = DlPack.AsDlPack(array))
        using (DlPackObject row = DlPack.AsDlPack(items, [Count], offset: Count))
        using (DlPackObject results = DlPack.AsDlPack(sums))
        {
            SortAndSum(row, results);
        }

        Check(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref array[1, 0], Count), sums);
        (array[0, Count - 1], array[2, 0]).Should().Be((0, 0));
    }

    // Sorts the items, and makes the results minus their running sums.
    private void SortAndSum(DlPackObject items, DlPackObject results)
    {
        ArrayView1D<int, Stride1D.Dense> view = items.AsArrayView1D<int>(_cpu);
        ArrayView1D<int, Stride1D.Dense> sums = results.AsArrayView1D<int>(_cpu);
        _cpu.Reduce<int, AddInt32>(_cpu.DefaultStream, view.BaseView).Should().Be(Count * (Count + 1) / 2);

        var sort = _cpu.CreateRadixSort<int, Stride1D.Dense, AscendingInt32>();
        using MemoryBuffer1D<int, Stride1D.Dense> room = _cpu.Allocate1D<int>(
            _cpu.ComputeRadixSortTempStorageSize<int, AscendingInt32>(Count));
        sort(_cpu.DefaultStream, view, room.View);

        using MemoryBuffer1D<int, Stride1D.Dense> scanRoom = _cpu.Allocate1D<int>(
            _cpu.ComputeScanTempStorageSize<int>(Count));
        var scan = _cpu.CreateScan<int, Stride1D.Dense, Stride1D.Dense, AddInt32>(ScanKind.Inclusive);
        scan(_cpu.DefaultStream, view, sums, scanRoom.View);
        _cpu.Transform<int, Stride1D.Dense, int, Stride1D.Dense, Negate>(_cpu.DefaultStream, sums, sums, default);
        _cpu.Synchronize();
        view.Release();
        sums.Release();
    }

    private static void Check(ReadOnlySpan<int> sorted, ReadOnlySpan<int> sums)
    {
        sorted.ToArray().Should().Equal(Enumerable.Range(1, Count));
        sums.ToArray().Should().Equal(Enumerable.Range(1, Count).Select(n => -(n * (n + 1) / 2)));
    }
}
