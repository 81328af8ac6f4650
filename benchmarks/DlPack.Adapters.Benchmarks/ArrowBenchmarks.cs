using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Types;
using BenchmarkDotNet.Attributes;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>64 floats from Arrow to a consumer and back, beside Arrow's own ways.</summary>
public unsafe class ArrowBenchmarks
{
    private readonly byte[] _bytes = new byte[256];
    private readonly FloatArray _managed = new(
        new ArrowBuffer(new byte[256]), ArrowBuffer.Empty, length: 64, nullCount: 0, offset: 0);

    private readonly FloatArray _native = new FloatArray.Builder().AppendRange(new float[64]).Build();
    private DlPackObject _tensor = null!;
    private CArrowArray* _slot;
    private void** _buffers;

    [GlobalSetup]
    public void Setup()
    {
        _tensor = DlPack.Allocate<float>([64]);
        _slot = CArrowArray.Create();
        _buffers = (void**)NativeMemory.AllocZeroed(2, (nuint)sizeof(void*));
        _buffers[1] = (void*)_tensor.Data;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _tensor.Dispose();
        CArrowArray.Free(_slot);
        NativeMemory.Free(_buffers);
    }

    [Benchmark(Description = "out: AsDlPack, managed buffer")]
    public void OutManaged() => Lend(_managed);

    [Benchmark(Description = "out: CArrowArrayExporter, managed buffer")]
    public void ArrowOutManaged() => Export(_managed);

    [Benchmark(Description = "out: AsDlPack, native buffer")]
    public void OutNative() => Lend(_native);

    [Benchmark(Description = "out: CArrowArrayExporter, native buffer")]
    public void ArrowOutNative() => Export(_native);

    [Benchmark(Description = "in: ToArrowArray and Dispose")]
    public void In() => _tensor.ToArrowArray().Dispose();

    [Benchmark(Description = "in: CArrowArrayImporter and Dispose")]
    public void ArrowIn()
    {
        ArrowAbi.Write(_slot, _buffers, length: 64);
        CArrowArrayImporter.ImportArray(_slot, FloatType.Default).Dispose();
    }

    [Benchmark(Description = "in: new FloatArray, which holds nothing")]
    public FloatArray ArrowWrap() =>
        new(new ArrowBuffer(_bytes), ArrowBuffer.Empty, length: 64, nullCount: 0, offset: 0);

    private static void Lend(FloatArray array)
    {
        using DlPackObject tensor = array.AsDlPack();
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->deleter(lent);
    }

    private void Export(FloatArray array)
    {
        CArrowArrayExporter.ExportArray(array, _slot);
        ArrowAbi.Release(_slot);
    }
}
