using Apache.Arrow;
using Apache.Arrow.Types;
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
    protected override Counted LendCounted()
    {
        var allocator = new CountingAllocator();
        ArrowBuffer values = new ArrowBuffer.Builder<int>().AppendRange(Enumerable.Range(1, 6)).Build(allocator);
        var type = new FixedSizeListType(Int32Type.Default, 3);
        var data = new ArrayData(Int32Type.Default, 6, 0, 0, [ArrowBuffer.Empty, values]);
        IArrowArray array = ArrowArrayFactory.BuildArray(new ArrayData(type, 2, 0, 0, [ArrowBuffer.Empty], [data]));
        return new Counted(array.AsDlPack(), array.Dispose, () => allocator.Releases);
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

    /// <summary>Arrow has no such elements, but by the way out that it is told, their bits.</summary>
    [Fact]
    public override void Elements_that_dotnet_has_no_type_for_come_in_as_their_bits()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new ushort[] { 0, 0x3FC0 }, DLDataType.BFloat16);
        using DlPackObject bits = DlPack.AsDlPack(tensor, [2], dtype: DLDataType.UInt16);
        using IArrowArray array = bits.ToArrowArray();
        ((UInt16Array)array).Values.ToArray().Should().Equal(0, 0x3FC0);
    }
}
