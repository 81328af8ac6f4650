using BenchmarkDotNet.Attributes;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>Borrows 64 floats from a producer in C, looks at them, and gives them back.</summary>
public unsafe class ImportBenchmarks
{
    private float* _data;

    [GlobalSetup]
    public void Setup()
    {
        NativeFloor.Check();
        _data = (float*)System.Runtime.InteropServices.NativeMemory.AllocZeroed(64 * sizeof(float));
    }

    [GlobalCleanup]
    public void Cleanup() => System.Runtime.InteropServices.NativeMemory.Free(_data);

    [Benchmark(Baseline = true, Description = "C floor, called from C#")]
    public float FloorFromCSharp()
    {
        DLManagedTensorVersioned* tensor = NativeFloor.Make(_data);
        float last = ((float*)tensor->dl_tensor.data)[63];
        tensor->deleter(tensor);
        return last;
    }

    [Benchmark(Description = "DlPack: FromDlpack, AsSpan, Dispose")]
    public float Import()
    {
        using DlPackObject tensor = DlPack.FromDlpack(NativeFloor.Make(_data));
        return tensor.AsSpan<float>()[63];
    }
}
