using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet.Benchmarks;

/// <summary>Hands 1 GiB to ONNX Runtime and back, and does the same by copying.</summary>
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
[WarmupCount(1)]
[IterationCount(5)]
[InvocationCount(1, unrollFactor: 1)]
public class OnnxRuntimeHandOverBenchmarks
{
    private const int Length = 1 << 28;

    private readonly long[] _shape = [Length];
    private float[] _array = null!;
    private OrtValue _value = null!;
    private DlPackObject? _lent;

    [GlobalSetup]
    public void Setup()
    {
        _array = new float[Length];
        Array.Fill(_array, 1f);
    }

    [IterationSetup(Targets = [nameof(Lend), nameof(ToArray)])]
    public void MakeValue()
    {
        _value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TensorElementType.Float, _shape);
        _value.GetTensorMutableDataAsSpan<float>().Fill(1);
    }

    // To free 1 GiB takes its time, whoever does it.
    [IterationCleanup(Targets = [nameof(Lend), nameof(ToArray)])]
    public void Free()
    {
        _lent?.Dispose();
        _value.Dispose();
    }

    [BenchmarkCategory("array to OrtValue")]
    [Benchmark(Baseline = true, Description = "CreateAllocatedTensorValue and copy")]
    public void CopyIn()
    {
        using OrtValue value = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, TensorElementType.Float, _shape);
        _array.CopyTo(value.GetTensorMutableDataAsSpan<float>());
    }

    [BenchmarkCategory("array to OrtValue")]
    [Benchmark(Description = "DlPack: AsDlPack, ToOrtValue")]
    public void Wrap()
    {
        using DlPackObject tensor = DlPack.AsDlPack(_array);
        using OrtValue value = tensor.ToOrtValue();
    }

    [BenchmarkCategory("OrtValue to .NET")]
    [Benchmark(Baseline = true, Description = "GetTensorDataAsSpan and ToArray")]
    public float ToArray() => _value.GetTensorDataAsSpan<float>().ToArray()[0];

    [BenchmarkCategory("OrtValue to .NET")]
    [Benchmark(Description = "DlPack: AsDlPack, AsSpan")]
    public float Lend()
    {
        _lent = _value.AsDlPack();
        return _lent.AsSpan<float>()[0];
    }
}
