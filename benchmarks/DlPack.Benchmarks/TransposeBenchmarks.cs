using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>Writes a transposed matrix of 4096 x 4096 floats in order, beside NumPy in a process of its own.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[InvocationCount(1, unrollFactor: 1)]
public unsafe class TransposeBenchmarks
{
    private const int Size = 4096;
    private const long Length = (long)Size * Size;

    private readonly float[] _array = new float[Length];
    private void* _warm;
    private DlPackObject _source = null!;
    private DlPackObject _destination = null!;
    private NumPy? _numPy;

    [GlobalSetup]
    public void Setup()
    {
        Array.Fill(_array, 1f);
        _warm = NativeMemory.AlignedAlloc((nuint)Length * sizeof(float), 256);
        new Span<float>(_warm, (int)Length).Clear();
        _source = DlPack.AsDlPack(_array, [Size, Size], [1, Size]);
        _destination = DlPack.AsDlPack(_warm, DLDataType.Float32, [Size, Size]);
        _numPy = NumPy.TryStart(
            $"a = numpy.ones(({Size}, {Size}), numpy.float32)",
            $"b = numpy.ones(({Size}, {Size}), numpy.float32)");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _numPy?.Dispose();
        _source.Dispose();
        _destination.Dispose();
        NativeMemory.AlignedFree(_warm);
    }

    [BenchmarkCategory("fresh")]
    [Benchmark(Baseline = true, Description = "NumPy: ascontiguousarray(a.T)")]
    public void NumPyToFresh() => _numPy!.Run("numpy.ascontiguousarray(a.T)");

    [BenchmarkCategory("fresh")]
    [Benchmark(Description = "DlPack: Copy")]
    public void Copy() => _source.Copy().Dispose();

    [BenchmarkCategory("warm")]
    [Benchmark(Baseline = true, Description = "NumPy: copyto(b, a.T)")]
    public void NumPyToWarm() => _numPy!.Run("numpy.copyto(b, a.T)");

    [BenchmarkCategory("warm")]
    [Benchmark(Description = "DlPack: CopyTo")]
    public void CopyTo() => _source.CopyTo(_destination);
}
