using BenchmarkDotNet.Attributes;
using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet.Benchmarks;

/// <summary>
/// 8 x 8 floats from ILGPU's CPU accelerator to a consumer and back, beside the core's and ILGPU's own ways.
/// </summary>
public unsafe class IlgpuBenchmarks
{
    private static readonly long[] _shape = [8, 8];

    private Context _context = null!;
    private Accelerator _cpu = null!;
    private MemoryBuffer2D<float, Stride2D.DenseY> _buffer = null!;
    private DlPackObject _tensor = null!;

    [GlobalSetup]
    public void Setup()
    {
        _context = Context.Create(builder => builder.CPU());
        _cpu = _context.CreateCPUAccelerator(0);
        _buffer = _cpu.Allocate2DDenseY<float>(new(8, 8));
        _tensor = DlPack.Allocate<float>(_shape);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _tensor.Dispose();
        _buffer.Dispose();
        _cpu.Dispose();
        _context.Dispose();
    }

    [Benchmark(Description = "out: view.AsDlPack, exported, deleter, Dispose")]
    public void Out() => Lend(_buffer.View.AsDlPack());

    [Benchmark(Description = "out: the same of a raw address, by the core")]
    public void RawOut() => Lend(DlPack.AsDlPack(_tensor.Data, DLDataType.Float32, _shape));

    [Benchmark(Description = "out: the same of a raw address with an owner")]
    public void OwnedOut() => Lend(DlPack.AsDlPack(
        _tensor.Data, DLDataType.Float32, _shape, owner: DlPackOwner.FromDisposable(Nothing.Instance)));

    [Benchmark(Description = "in: AsArrayView2D and Release")]
    public void In() => _tensor.AsArrayView2D<float>(_cpu).Release();

    [Benchmark(Description = "in: CPUMemoryBuffer.Create, view, Dispose")]
    public ArrayView2D<float, Stride2D.DenseY> IlgpuIn()
    {
        using var buffer = CPUMemoryBuffer.Create(_cpu, _tensor.Data, 64, sizeof(float));
        return new(buffer.AsArrayView<float>(0, 64), new LongIndex2D(8, 8), new Stride2D.DenseY(8));
    }

    private static void Lend(DlPackObject lent)
    {
        using DlPackObject tensor = lent;
        DLManagedTensorVersioned* block = DlPack.Export(tensor);
        block->deleter(block);
    }

    private sealed class Nothing : IDisposable
    {
        public static readonly Nothing Instance = new();

        public void Dispose()
        {
        }
    }
}
