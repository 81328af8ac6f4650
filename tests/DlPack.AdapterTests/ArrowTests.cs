using Apache.Arrow;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>The suite over the arrays of Apache.Arrow.</summary>
public unsafe class ArrowTests : AdapterSuite
{
    /// <inheritdoc/>
    protected override bool HasWritableViews => false;

    /// <inheritdoc/>
    protected override long PinsWhileLent => 0;

    /// <inheritdoc/>
    protected override bool HasShape(long[] shape) => shape.Length > 0 && !shape.AsSpan(1).Contains(0);

    /// <inheritdoc/>
    protected override bool HasDType(DLDataType dtype) => dtype.code != DLDataTypeCode.kDLComplex;

    /// <inheritdoc/>
    protected override bool HasLayout(Layout layout) => layout == Layout.Compact;

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
    {
        IArrowArray array = ArrowArrays.Zeros<T>(shape);
        return new Lent<T>(
            isStatic ? DlPack.AsDlPack(array, isWritable: true) : array.AsDlPack(isWritable: true),
            index => ArrowArrays.At<T>(array, index),
            (index, value) => ArrowArrays.At<T>(array, index) = value);
    }

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index)
    {
        using IArrowArray array = tensor.ToArrowArray();
        return ArrowArrays.At<T>(array, index);
    }

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index) => Read<T>(tensor, index);

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value) =>
        ((T*)tensor.Data)[Indexes.Flat(index, tensor.Strides)] = value;

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor)
    {
        IArrowArray array = tensor.ToArrowArray();
        return index => ArrowArrays.At<T>(array, index);
    }

    /// <summary>The array's type is the tensor's: nobody names another one, but Arrow does not have all.</summary>
    [Fact]
    public override void Another_dtype_is_refused()
    {
        using DlPackObject tensor = DlPack.Allocate(DLDataType.BFloat16, [2, 3]);
        Action view = () => tensor.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*bfloat16*uint16*");
    }
}
