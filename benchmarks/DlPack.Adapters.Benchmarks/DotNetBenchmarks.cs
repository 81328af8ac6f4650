using System.Numerics.Tensors;
using BenchmarkDotNet.Attributes;
using CommunityToolkit.HighPerformance;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>Lends 64 floats of each .NET type to a consumer, who gives them back at once.</summary>
public unsafe class DotNetBenchmarks
{
    private readonly float[,] _array = new float[8, 8];
    private readonly Tensor<float> _tensor = System.Numerics.Tensors.Tensor.CreateFromShape<float>([8, 8]);

    [Benchmark(Baseline = true, Description = "array")]
    public void Array() => Lend(DlPack.AsDlPack(_array));

    [Benchmark(Description = "Memory2D")]
    public void Memory2D() => Lend(_array.AsMemory2D().AsDlPack());

    [Benchmark(Description = "Tensor")]
    public void Tensor() => Lend(_tensor.AsDlPack());

    private static void Lend(DlPackObject lent)
    {
        using DlPackObject tensor = lent;
        using DlPackCapsule capsule = tensor.Dlpack();
        var consumed = (DLManagedTensorVersioned*)capsule.Consume();
        consumed->deleter(consumed);
    }
}
