using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>Copies 64 MiB of floats that lie in order.</summary>
/// <remarks>
/// Memory that is fresh from the system costs more than the copy, for its pages are made at the first touch. So like
/// is compared with like: fresh memory with fresh memory, and warm with warm.
/// </remarks>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[InvocationCount(1, unrollFactor: 1)]
public unsafe class CopyBenchmarks
{
    private const int Length = 16 << 20;
    private const long ByteLength = Length * (long)sizeof(float);
    private const int Alignment = 256;

    private readonly float[] _array = new float[Length];
    private void* _warm;
    private DlPackObject _source = null!;
    private DlPackObject _destination = null!;

    [GlobalSetup]
    public void Setup()
    {
        Array.Fill(_array, 1f);
        _warm = NativeMemory.AlignedAlloc((nuint)ByteLength, Alignment);
        new Span<float>(_warm, Length).Clear();
        _source = DlPack.AsDlPack(_array);
        _destination = DlPack.AsDlPack(_warm, DLDataType.Float32, [Length]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _source.Dispose();
        _destination.Dispose();
        NativeMemory.AlignedFree(_warm);
    }

    [BenchmarkCategory("fresh")]
    [Benchmark(Baseline = true, Description = "Buffer.MemoryCopy")]
    public void MemoryCopyToFresh()
    {
        void* memory = NativeMemory.AlignedAlloc((nuint)ByteLength, Alignment);
        MemoryCopy(memory);
        NativeMemory.AlignedFree(memory);
    }

    [BenchmarkCategory("fresh")]
    [Benchmark(Description = "DlPack: Dlpack(copy: true)")]
    public void CapsuleOfCopy()
    {
        using DlPackCapsule capsule = _source.Dlpack(copy: true);
        var consumed = (DLManagedTensorVersioned*)capsule.Consume();
        consumed->deleter(consumed);
    }

    [BenchmarkCategory("warm")]
    [Benchmark(Baseline = true, Description = "Buffer.MemoryCopy")]
    public void MemoryCopyToWarm() => MemoryCopy(_warm);

    [BenchmarkCategory("warm")]
    [Benchmark(Description = "DlPack: CopyTo")]
    public void CopyTo() => _source.CopyTo(_destination);

    private void MemoryCopy(void* destination)
    {
        fixed (float* source = _array)
        {
            Buffer.MemoryCopy(source, destination, ByteLength, ByteLength);
        }
    }
}
