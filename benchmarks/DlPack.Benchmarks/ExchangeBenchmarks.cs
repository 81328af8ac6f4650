using Apache.Arrow;
using Apache.Arrow.C;
using BenchmarkDotNet.Attributes;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>Lends 64 floats to a consumer, who gives them back at once.</summary>
public unsafe class ExchangeBenchmarks
{
    private const int CallsInC = 1000;

    private readonly float[] _array = new float[64];
    private readonly FloatArray _arrowManaged = new(
        new ArrowBuffer(new byte[256]), ArrowBuffer.Empty, length: 64, nullCount: 0, offset: 0);

    private readonly FloatArray _arrowNative = new FloatArray.Builder().AppendRange(new float[64]).Build();
    private CArrowArray* _slot;

    [GlobalSetup]
    public void Setup()
    {
        NativeFloor.Check();
        _slot = CArrowArray.Create();
    }

    [GlobalCleanup]
    public void Cleanup() => CArrowArray.Free(_slot);

    [Benchmark(Baseline = true, Description = "C floor, called from C#")]
    public void FloorFromCSharp()
    {
        DLManagedTensorVersioned* tensor = NativeFloor.Make(null);
        tensor->deleter(tensor);
    }

    [Benchmark(OperationsPerInvoke = CallsInC, Description = "C floor, within C")]
    public void FloorInC() => NativeFloor.Loop(null, CallsInC);

    [Benchmark(Description = "DlPack, raw: Export")]
    public void Raw()
    {
        DLManagedTensorVersioned* tensor = DlPack.Export(_array, [8, 8]);
        tensor->deleter(tensor);
    }

    [Benchmark(Description = "DlPack, safe: object and capsule")]
    public void Safe()
    {
        using DlPackObject tensor = DlPack.AsDlPack(_array, [8, 8]);
        using DlPackCapsule capsule = tensor.Dlpack();
        var consumed = (DLManagedTensorVersioned*)capsule.Consume();
        consumed->deleter(consumed);
    }

    [Benchmark(Description = "Arrow, managed buffer")]
    public void ArrowManaged() => ExportByArrow(_arrowManaged);

    [Benchmark(Description = "Arrow, native buffer")]
    public void ArrowNative() => ExportByArrow(_arrowNative);

    private void ExportByArrow(FloatArray array)
    {
        CArrowArrayExporter.ExportArray(array, _slot);
        ArrowAbi.Release(_slot);
    }
}
