using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Types;
using BenchmarkDotNet.Attributes;
using CommunityToolkit.HighPerformance;
using DlPackNet.Interop;

namespace DlPackNet.Benchmarks;

/// <summary>64 floats from Arrow to a consumer and back, beside Arrow's own ways.</summary>
public unsafe class ArrowBenchmarks
{
    private readonly byte[] _bytes = new byte[256];
    private readonly FloatArray _managed = new(
        new ArrowBuffer(new byte[256]), ArrowBuffer.Empty, length: 64, nullCount: 0, offset: 0);

    private readonly FloatArray _native = new FloatArray.Builder().AppendRange(new float[64]).Build();
    private readonly float[] _floats = new float[64];
    private DlPackObject _tensor = null!;
    private DlPackObject _array = null!;
    private DlPackObject _byteTensor = null!;
    private CArrowArray* _slot;
    private void** _buffers;

    [GlobalSetup]
    public void Setup()
    {
        _tensor = DlPack.Allocate<float>([64]);
        _array = DlPack.AsDlPack(_floats);
        _byteTensor = DlPack.AsDlPack(_bytes, DLDataType.Float32);
        _slot = CArrowArray.Create();
        _buffers = (void**)NativeMemory.AllocZeroed(2, (nuint)sizeof(void*));
        _buffers[1] = (void*)_tensor.Data;
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _tensor.Dispose();
        _array.Dispose();
        _byteTensor.Dispose();
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

    [Benchmark(Description = "in: ToArrowArray, native memory, and Dispose")]
    public void In() => _tensor.ToArrowArray().Dispose();

    [Benchmark(Description = "in: CArrowArrayImporter and Dispose")]
    public void ArrowIn()
    {
        ArrowAbi.Write(_slot, _buffers, length: 64);
        CArrowArrayImporter.ImportArray(_slot, FloatType.Default).Dispose();
    }

    [Benchmark(Description = "in: new FloatArray, native memory given back by Dispose or a finalizer")]
    public void ArrowWrapOwned()
    {
        using var owner = new NativeOwner(_tensor.Data);
        using FloatArray array = Wrap(owner.Memory);
    }

    [Benchmark(Description = "in: ToArrowArray of a float[], and Dispose")]
    public void InArray() => _array.ToArrowArray().Dispose();

    [Benchmark(Description = "in: new FloatArray over the float[] as bytes, and Dispose")]
    public void ArrowWrapArray() => Wrap(_floats.AsMemory().AsBytes()).Dispose();

    [Benchmark(Description = "in: ToArrowArray of a byte[] of floats, and Dispose")]
    public void InBytes() => _byteTensor.ToArrowArray().Dispose();

    [Benchmark(Description = "in: new FloatArray over the byte[], and Dispose")]
    public void ArrowWrap() => Wrap(_bytes).Dispose();

    private static FloatArray Wrap(ReadOnlyMemory<byte> bytes) =>
        new(new ArrowBuffer(bytes), ArrowBuffer.Empty, length: 64, nullCount: 0, offset: 0);

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

    /// <summary>The least that gives native memory back: an object that does, and memory that knows it.</summary>
    private sealed class NativeOwner(nint address) : IDisposable
    {
        ~NativeOwner() => Free();

        public Memory<byte> Memory => new NativeBytes(this, address).Memory;

        public void Dispose()
        {
            Free();
            GC.SuppressFinalize(this);
        }

        // Here the memory is another's.
        private static void Free()
        {
        }
    }

    private sealed class NativeBytes(NativeOwner owner, nint address) : MemoryManager<byte>
    {
        public NativeOwner Owner => owner;

        public override Memory<byte> Memory => CreateMemory(256);

        public override Span<byte> GetSpan() => new((void*)address, 256);

        public override MemoryHandle Pin(int elementIndex = 0) => new((byte*)address + elementIndex, pinnable: this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
