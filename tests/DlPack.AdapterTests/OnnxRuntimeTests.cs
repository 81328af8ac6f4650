using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>The suite over <see cref="OrtValue"/>.</summary>
public class OnnxRuntimeTests : AdapterSuite
{
    /// <inheritdoc/>
    protected override long PinsWhileLent => 0;

    /// <inheritdoc/>
    protected override bool HasLayout(Layout layout) => layout == Layout.Compact;

    /// <inheritdoc/>
    protected override bool HasDType(DLDataType dtype) => dtype.code != DLDataTypeCode.kDLComplex;

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
    {
        OrtValue value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, TypeOf<T>(), shape);
        Elements<T>(value).Clear();
        DlPackObject tensor = isStatic ? DlPack.AsDlPack(value) : value.AsDlPack();
        long[] strides = tensor.Strides.ToArray();
        return new Lent<T>(
            tensor,
            index => Elements<T>(value)[(int)Indexes.Flat(index, strides)],
            (index, element) => Elements<T>(value)[(int)Indexes.Flat(index, strides)] = element);
    }

    /// <summary>A value unpins the memory that it is over when it is released, and is taken over.</summary>
    protected override Counted LendCounted()
    {
        var memory = new CheckedMemory(6);
        Enumerable.Range(1, 6).ToArray().CopyTo(memory.GetSpan());
        OrtValue value = OrtValue.CreateTensorValueFromMemory(
            OrtMemoryInfo.DefaultInstance, memory.Memory, [2, 3]);
        return new Counted(value.AsDlPack(), value.Dispose, () => 1 - memory.Pins);
    }

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index)
    {
        using OrtValue value = tensor.ToOrtValue();
        return At<T>(value, tensor, index);
    }

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index)
    {
        using OrtValue value = tensor.ToReadOnlyOrtValue();
        return At<T>(value, tensor, index);
    }

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value)
    {
        using OrtValue target = tensor.ToOrtValue();
        At<T>(target, tensor, index) = value;
    }

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor)
    {
        OrtValue value = tensor.ToOrtValue();
        long[] strides = tensor.Strides.ToArray();
        return index => Elements<T>(value)[(int)Indexes.Flat(index, strides)];
    }

    /// <summary>
    /// A value has its type with it, so there is nothing to refuse: asking for another is ONNX Runtime's matter.
    /// </summary>
    [Fact]
    public override void Another_dtype_is_refused()
    {
        using DlPackObject tensor = DlPack.Allocate<float>([2, 3]);
        using OrtValue value = tensor.ToOrtValue();
        value.GetTensorTypeAndShape().ElementDataType.Should().Be(TensorElementType.Float);
        Action read = () => value.GetTensorDataAsSpan<int>();
        read.Should().Throw<OnnxRuntimeException>();
    }

    private static TensorElementType TypeOf<T>() => typeof(T) == typeof(Half)
        ? TensorElementType.Float16
        : TensorBase.GetTypeInfo(typeof(T))!.ElementType;

    private static ref T At<T>(OrtValue value, DlPackObject tensor, long[] index)
        where T : unmanaged
    {
        value.GetTensorTypeAndShape().Shape.Should().Equal(tensor.Shape.ToArray());
        return ref Elements<T>(value)[(int)Indexes.Flat(index, tensor.Strides)];
    }

    private static Span<T> Elements<T>(OrtValue value)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData());
}
