using Apache.Arrow;
using Apache.Arrow.Scalars;
using Apache.Arrow.Types;
using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What of Arrow goes out, and what is refused.</summary>
public sealed unsafe class ArrowOutTests : LeakChecked
{
    [Fact]
    public void Arrays_go_out_read_only_unless_asked_for()
    {
        Int32Array array = Ints(1, 2, 3);
        using DlPackObject tensor = array.AsDlPack();
        using DlPackObject other = DlPack.AsDlPack(array, isWritable: true);
        tensor.IsReadOnly.Should().BeTrue();
        other.IsReadOnly.Should().BeFalse();
    }

    [Fact]
    public void Slices_of_slices_start_where_they_do()
    {
        Apache.Arrow.Array slice = Ints([.. Enumerable.Range(0, 20)]).Slice(3, 12).Slice(2, 5);
        using DlPackObject tensor = slice.AsDlPack();
        tensor.ToArray<int>().Should().Equal(5, 6, 7, 8, 9);
        using DlPackObject empty = slice.Slice(5, 0).AsDlPack();
        empty.Shape.ToArray().Should().Equal(0);
    }

    [Fact]
    public void Slices_of_nested_lists_start_where_they_do()
    {
        ArrayData values = Ints([.. Enumerable.Range(0, 28)]).Slice(4, 24).Data;
        var inner = new ArrayData(new FixedSizeListType(Int32Type.Default, 2), 11, 0, 1, [ArrowBuffer.Empty], [values]);
        var outer = new ArrayData(new FixedSizeListType(inner.DataType, 3), 2, 0, 1, [ArrowBuffer.Empty], [inner]);
        using DlPackObject tensor = ArrowArrayFactory.BuildArray(outer).AsDlPack();
        tensor.Shape.ToArray().Should().Equal(2, 3, 2);
        tensor.ToArray<int>().Should().Equal(Enumerable.Range(12, 12));
    }

    [Fact]
    public void Dates_times_and_bytes_go_out_as_what_they_are_stored_as()
    {
        Check<int>(Date32Type.Default, DLDataType.Int32);
        Check<int>(TimeType(TimeUnit.Second), DLDataType.Int32);
        Check<long>(Date64Type.Default, DLDataType.Int64);
        Check<long>(Time64Type.Default, DLDataType.Int64);
        Check<long>(TimestampType.Default, DLDataType.Int64);
        Check<long>(DurationType.Millisecond, DLDataType.Int64);
        var bytes = new ArrayData(new FixedSizeBinaryType(3), 2, 0, 1, [ArrowBuffer.Empty, Buffer(12)]);
        using DlPackObject tensor = ArrowArrayFactory.BuildArray(bytes).AsDlPack();
        tensor.Shape.ToArray().Should().Equal(2, 3);
        tensor.ToArray<byte>().Should().Equal(3, 4, 5, 6, 7, 8);

        void Check<T>(IArrowType type, DLDataType dtype)
            where T : unmanaged
        {
            var data = new ArrayData(type, 2, 0, 0, [ArrowBuffer.Empty, Buffer(2 * sizeof(T))]);
            using DlPackObject lent = ArrowArrayFactory.BuildArray(data).AsDlPack();
            lent.DType.Should().Be(dtype);
            lent.ByteLength.Should().Be(2 * sizeof(T));
        }

        static Time32Type TimeType(TimeUnit unit) => new(unit);
    }

    [Fact]
    public void Nulls_are_refused_but_only_those_that_are_seen()
    {
        Int32Array array = new Int32Array.Builder().Append(1).AppendNull().Append(3).Append(4).Build();
        Refuses(array, "*1 nulls among 4*");
        using DlPackObject rest = array.Slice(2, 2).AsDlPack();
        rest.ToArray<int>().Should().Equal(3, 4);
        var lists = new ArrayData(
            new FixedSizeListType(Int32Type.Default, 2), 2, 0, 0, [ArrowBuffer.Empty], [array.Data]);
        Refuses(ArrowArrayFactory.BuildArray(lists), "*1 nulls among 4*");
        using DlPackObject second = ArrowArrayFactory.Slice(ArrowArrayFactory.BuildArray(lists), 1, 1).AsDlPack();
        second.ToArray<int>().Should().Equal(3, 4);
    }

    [Fact]
    public void Nulls_are_looked_for_where_the_slices_of_lists_and_their_values_start()
    {
        // Values 0 to 17, of which 3 and 16 are null; the lists skip two of them, and one list is null itself.
        byte[] valid = [0b1111_0111, 0xFF, 0b10];
        var values = new ArrayData(
            Int32Type.Default, 18, -1, 0, [new ArrowBuffer(valid), Ints([.. Enumerable.Range(0, 18)]).Data.Buffers[1]]);
        byte[] validLists = [0b1111_1011];
        var lists = new ArrayData(
            new FixedSizeListType(Int32Type.Default, 2),
            8,
            -1,
            0,
            [new ArrowBuffer(validLists)],
            [values.Slice(2, 16)]);
        IArrowArray array = ArrowArrayFactory.BuildArray(lists);
        Refuses(array, "*1 nulls among 8 values of fixed_size_list*");
        Refuses(ArrowArrayFactory.Slice(array, 0, 2), "*1 nulls among 4 values of int32*");
        Refuses(ArrowArrayFactory.Slice(array, 2, 2), "*fixed_size_list*");
        Refuses(ArrowArrayFactory.Slice(array, 3, 5), "*int32*");
        using DlPackObject tensor = ArrowArrayFactory.Slice(ArrowArrayFactory.Slice(array, 1, 7), 2, 4).AsDlPack();
        tensor.ToArray<int>().Should().Equal(Enumerable.Range(8, 8));
    }

    [Fact]
    public void Arrays_without_elements_go_out_whatever_buffers_they_have()
    {
        using DlPackObject none = new Int32Array(ArrowBuffer.Empty, ArrowBuffer.Empty, 0, 0, 0).AsDlPack();
        using DlPackObject built = new Int32Array.Builder().Build().AsDlPack();
        using DlPackObject end = Ints(1, 2).Slice(2, 0).AsDlPack();
        var hollow = new ArrayData(
            new FixedSizeListType(Int32Type.Default, 3), 0, 0, 0, [ArrowBuffer.Empty], [Ints().Data]);
        using DlPackObject lists = ArrowArrayFactory.BuildArray(hollow).AsDlPack();
        lists.Shape.ToArray().Should().Equal(0, 3);
        foreach (DlPackObject tensor in new[] { none, built, end, lists })
        {
            tensor.Data.Should().Be(0);
            tensor.Dlpack().Dispose();
            tensor.ToArray<int>().Should().BeEmpty();
        }
    }

    [Fact]
    public void Values_that_are_no_elements_are_refused_with_the_way_out()
    {
        Refuses(new BooleanArray.Builder().Append(true).Build(), "*bool*bits*Bool8Array*");
        Refuses(new StringArray.Builder().Append("a").Build(), "*utf8*ValueBuffer*");
        Refuses(new StringViewArray.Builder().Append("a").Build(), "*utf8view*StringArray*");
        Refuses(new BinaryViewArray.Builder().Append(new byte[] { 1 }).Build(), "*binaryview*BinaryArray*");
        Refuses(new YearMonthIntervalArray.Builder().Append(new YearMonthInterval(1)).Build(), "*interval*integers*");
        Refuses(new ListArray.Builder(Int32Type.Default).Append().Build(), "*list*array.Values*");
        Refuses(new Decimal128Array.Builder(new Decimal128Type(5, 2)).Append(1m).Build(), "*decimal*double*");
        Refuses(new NullArray(3), "*null*");
        Refuses(new GuidArray.Builder().Append(Guid.Empty).Build(), "*uuid*Storage*");
        var indices = new DictionaryArray(
            new DictionaryType(Int32Type.Default, Int32Type.Default, false), Ints(0), Ints(5));
        Refuses(indices, "*dictionary*Indices*");
        var type = new StructType([new Field("x", Int32Type.Default, nullable: false)]);
        Refuses(new StructArray(type, 1, [Ints(1)], ArrowBuffer.Empty), "*struct*fields*");
    }

    [Fact]
    public void Buffers_and_children_that_are_too_short_are_refused()
    {
        var values = new ArrayData(Int32Type.Default, 4, 0, 1, [ArrowBuffer.Empty, Buffer(16)]);
        Action lend = () => new Int32Array(values).AsDlPack();
        lend.Should().Throw<ArgumentException>().WithMessage("*20 bytes*16*");
        var lists = new ArrayData(
            new FixedSizeListType(Int32Type.Default, 3), 2, 0, 0, [ArrowBuffer.Empty], [Ints(1, 2, 3, 4).Data]);
        Action lendLists = () => ArrowArrayFactory.BuildArray(lists).AsDlPack();
        lendLists.Should().Throw<ArgumentException>().WithMessage("*need 6 values*4*");
    }

    [Theory]
    [InlineData(40, 0, -1, 8)]
    [InlineData(40, 0, 1, 8)]
    [InlineData(2, 7, -1, 8)]
    [InlineData(2, -1, -1, 8)]
    public void Bits_that_do_not_cover_the_values_are_refused(int length, int offset, int nullCount, int bits)
    {
        var array = new Int32Array(Buffer(400), new ArrowBuffer(new byte[] { 0xFF }), length, nullCount, offset);
        Action lend = () => array.AsDlPack();
        lend.Should().Throw<ArgumentException>().WithMessage($"*{bits} bits*{length} values*offset {offset} *");
        var lists = new ArrayData(
            new FixedSizeListType(Int32Type.Default, 1), length, 0, 0, [ArrowBuffer.Empty], [array.Data]);
        Action lendLists = () => ArrowArrayFactory.BuildArray(lists).AsDlPack();
        lendLists.Should().Throw<ArgumentException>().WithMessage($"*{bits} bits*{length} values*offset {offset} *");
    }

    [Fact]
    public void A_disposed_array_is_refused_but_lent_memory_outlives_it()
    {
        Int32Array array = Ints(1, 2, 3);
        using DlPackObject tensor = array.AsDlPack();
        array.Dispose();
        tensor.ToArray<int>().Should().Equal(1, 2, 3);
        Action lend = () => array.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void An_offset_before_the_buffer_is_refused()
    {
        var values = new ArrayData(Int32Type.Default, 3, 0, -5, [ArrowBuffer.Empty, Buffer(16)]);
        Action lend = () => new Int32Array(values).AsDlPack();
        lend.Should().Throw<ArgumentException>().WithMessage("*-20*16*");
    }

    [Fact]
    public void A_buffer_goes_out_as_bytes_that_outlive_its_array()
    {
        StringArray words = new StringArray.Builder().Append("to").AppendNull().Append("you").Build();
        using DlPackObject letters = words.ValueBuffer.AsDlPack();
        using DlPackObject offsets = DlPack.AsDlPack(words.ValueOffsetsBuffer, DLDataType.Int32, isWritable: true);
        using DlPackObject valid = words.NullBitmapBuffer.AsDlPack();
        words.Dispose();
        letters.IsReadOnly.Should().BeTrue();
        offsets.IsReadOnly.Should().BeFalse();
        letters.AsReadOnlySpan<byte>()[..5].ToArray().Should().Equal("toyou"u8.ToArray());
        offsets.AsSpan<int>()[..4].ToArray().Should().Equal(0, 2, 2, 5);
        valid.AsReadOnlySpan<byte>()[0].Should().Be(0b101);
    }

    [Fact]
    public void A_buffer_has_as_many_elements_as_are_whole_unless_it_is_disposed()
    {
        Int32Array array = Ints(1, 2, 3);
        ArrowBuffer buffer = array.ValueBuffer;
        array.Dispose();
        Action lend = () => buffer.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
        using DlPackObject empty = ArrowBuffer.Empty.AsDlPack();
        using DlPackObject none = default(ArrowBuffer).AsDlPack(DLDataType.Float64);
        using DlPackObject whole = Buffer(11).AsDlPack(DLDataType.Int32);
        Action lendNothing = () => Buffer(8).AsDlPack(default(DLDataType));
        lendNothing.Should().Throw<ArgumentException>();
        whole.Shape.ToArray().Should().Equal(2);
        empty.Shape.ToArray().Should().Equal(0);
        none.Shape.ToArray().Should().Equal(0);
    }

    private static void Refuses(IArrowArray array, string message)
    {
        Action lend = () => array.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage(message);
    }

    private static Int32Array Ints(params int[] values) => new Int32Array.Builder().AppendRange(values).Build();

    private static ArrowBuffer Buffer(int length) =>
        new(Enumerable.Range(0, length).Select(i => (byte)i).ToArray());
}
