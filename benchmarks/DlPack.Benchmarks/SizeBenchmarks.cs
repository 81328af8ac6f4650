using BenchmarkDotNet.Attributes;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>Lends few bytes and many: it takes the same time, since nothing is copied.</summary>
public unsafe class SizeBenchmarks
{
    private readonly byte[] _small = new byte[64];

    // Its pages are never touched, so it takes no memory.
    private readonly byte[] _large = GC.AllocateUninitializedArray<byte>(1 << 30);

    [Benchmark(Baseline = true, Description = "DlPack, raw: 64 B")]
    public void Small()
    {
        DLManagedTensorVersioned* tensor = DlPack.Export(_small);
        tensor->deleter(tensor);
    }

    [Benchmark(Description = "DlPack, raw: 1 GiB")]
    public void Large()
    {
        DLManagedTensorVersioned* tensor = DlPack.Export(_large);
        tensor->deleter(tensor);
    }
}
