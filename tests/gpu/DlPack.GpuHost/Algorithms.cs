using ILGPU;
using ILGPU.Algorithms;
using ILGPU.Algorithms.RadixSortOperations;
using ILGPU.Algorithms.ScanReduceOperations;
using ILGPU.Runtime;

namespace DlPackNet.GpuHost;

/// <summary>ILGPU.Algorithms over memory of others.</summary>
internal static class Algorithms
{
    /// <summary>
    /// Returns the sum of the items, sorts them where they are, and writes minus their running sums.
    /// </summary>
    public static string Run(Machine machine, string items, string sums)
    {
        Accelerator accelerator = machine.Accelerator;
        AcceleratorStream stream = accelerator.DefaultStream;
        ArrayView1D<int, Stride1D.Dense> view = machine.Get<DlPackObject>(items).AsArrayView1D<int>(accelerator);
        ArrayView1D<int, Stride1D.Dense> results = machine.Get<DlPackObject>(sums).AsArrayView1D<int>(accelerator);
        int total = accelerator.Reduce<int, AddInt32>(stream, view.BaseView);

        var sort = accelerator.CreateRadixSort<int, Stride1D.Dense, AscendingInt32>();
        using MemoryBuffer1D<int, Stride1D.Dense> sortRoom = accelerator.Allocate1D<int>(
            accelerator.ComputeRadixSortTempStorageSize<int, AscendingInt32>((int)view.Length));
        sort(stream, view, sortRoom.View);

        using MemoryBuffer1D<int, Stride1D.Dense> scanRoom = accelerator.Allocate1D<int>(
            accelerator.ComputeScanTempStorageSize<int>(view.Length));
        var scan = accelerator.CreateScan<int, Stride1D.Dense, Stride1D.Dense, AddInt32>(ScanKind.Inclusive);
        scan(stream, view, results, scanRoom.View);
        accelerator.Transform<int, Stride1D.Dense, int, Stride1D.Dense, Negate>(stream, results, results, default);
        accelerator.Synchronize();
        view.Release();
        results.Release();
        return $"{total}";
    }
}
