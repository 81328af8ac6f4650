using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet.Benchmarks;

/// <summary>64 floats as a value of ONNX Runtime, and such a value as a tensor.</summary>
public unsafe class OnnxRuntimeBenchmarks
{
    private const int ByteLength = 64 * sizeof(float);

    private readonly long[] _shape = [8, 8];
    private readonly float[] _items = new float[64];
    private readonly DlPackObject _tensor = DlPack.Allocate<float>([8, 8]);
    private OrtValue _value = null!;

    [GlobalSetup]
    public void Setup() => _value = Wrapped();

    [GlobalCleanup]
    public void Cleanup()
    {
        _value.Dispose();
        _tensor.Dispose();
    }

    [Benchmark(Baseline = true, Description = "OrtValue.CreateTensorValueWithData")]
    public void Create() => Wrapped().Dispose();

    [Benchmark(Description = "OrtValue.CreateTensorValueFromMemory, which holds it too")]
    public void CreateHolding() =>
        OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _items.AsMemory(), _shape).Dispose();

    [Benchmark(Description = "a reference to the tensor, as the value holds it")]
    public void Reference() => _tensor.AsDlPack().Dispose();

    [Benchmark(Description = "DlPack in: ToOrtValue")]
    public void In() => _tensor.ToOrtValue().Dispose();

    [Benchmark(Description = "OrtValue's accessors: type, shape, device, address")]
    public nint Accessors()
    {
        OrtTensorTypeAndShapeInfo info = _value.GetTensorTypeAndShape();
        using OrtMemoryInfo memory = _value.GetTensorMemoryInfo();
        return (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(_value.GetTensorMutableRawData()))
            + (nint)info.ElementDataType + (nint)memory.GetDeviceType();
    }

    [Benchmark(Description = "CreateTensorValueWithData, then DlPack out: AsDlPack")]
    public void CreateAndOut() => Wrapped().AsDlPack().Dispose();

    [Benchmark(Description = "the same, by public members of ONNX Runtime's .NET library")]
    public void PortableIn() =>
        PortableOrtValues.Over(_tensor.AsDlPack(), TensorElementType.Float, OrtMemoryInfo.DefaultInstance).Dispose();

    [Benchmark(Description = "CreateTensorValueWithData, then out by public members")]
    public void CreateAndPortableOut() => PortableOrtValues.Lend(Wrapped()).Dispose();

    private OrtValue Wrapped() => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance, TensorElementType.Float, _shape, _tensor.Data, ByteLength);
}
