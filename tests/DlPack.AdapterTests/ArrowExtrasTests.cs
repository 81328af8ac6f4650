using Apache.Arrow;
using Apache.Arrow.C;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What only this library has.</summary>
public sealed unsafe class ArrowExtrasTests : LeakChecked
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
    public void A_permutation_is_strides_both_ways()
    {
        int[] memory = [.. Enumerable.Range(0, 48)];
        using DlPackObject tensor = DlPack.AsDlPack(memory, [2, 4, 2, 3], [24, 1, 12, 4]);
        using var array = (FixedShapeTensorArray)tensor.ToArrowArray();
        var type = (FixedShapeTensorType)array.ExtensionType;
        type.Shape.ToArray().Should().Equal(2, 3, 4);
        type.Permutation.ToArray().Should().Equal(2, 0, 1);
        type.ExtensionMetadata.Should().Be("""{"shape":[2,3,4],"permutation":[2,0,1]}""");
        ((Int32Array)array.Values).Values.ToArray().Should().Equal(memory);
        using DlPackObject back = array.AsDlPack();
        back.Shape.ToArray().Should().Equal(2, 4, 2, 3);
        back.Strides.ToArray().Should().Equal(24, 1, 12, 4);
        back.Data.Should().Be(tensor.Data);
    }

    [Fact]
    public void A_slice_of_tensors_goes_out_from_its_first()
    {
        using DlPackObject tensor = DlPack.AsDlPack(Enumerable.Range(0, 18).ToArray(), [3, 3, 2]);
        using IArrowArray array = tensor.ToArrowArray();
        using IArrowArray slice = ArrowArrayFactory.SliceShared(array, 1, 2);
        using DlPackObject back = slice.AsDlPack();
        back.Shape.ToArray().Should().Equal(2, 3, 2);
        back.ToArray<int>().Should().Equal(Enumerable.Range(6, 12));
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
    public void Values_that_are_no_elements_are_refused_with_the_way_out()
    {
        Refuses(new BooleanArray.Builder().Append(true).Build(), "*bool*bits*Bool8Array*");
        Refuses(new StringArray.Builder().Append("a").Build(), "*utf8*ValueBuffer*");
        Refuses(new ListArray.Builder(Int32Type.Default).Append().Build(), "*list*array.Values*");
        Refuses(new Decimal128Array.Builder(new Decimal128Type(5, 2)).Append(1m).Build(), "*decimal*double*");
        Refuses(new NullArray(3), "*null*");
        Refuses(new GuidArray.Builder().Append(Guid.Empty).Build(), "*uuid*Storage*");
        var indices = new DictionaryArray(
            new DictionaryType(Int32Type.Default, Int32Type.Default, false), Ints(0), Ints(5));
        Refuses(indices, "*dictionary*Indices*");
        Refuses(new StructArray(new StructType([new Field("x", Int32Type.Default, false)]), 1, [Ints(1)], ArrowBuffer.Empty), "*struct*fields*");
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
    public void The_memory_is_released_when_the_last_array_that_shares_it_is_disposed()
    {
        int released = 0;
        DlPackObject memory = DlPack.Allocate<int>([4]);
        DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Int32, [4], owner: DlPackOwner.FromCallback(() => released++));
        var array = (Int32Array)tensor.ToArrowArray();
        tensor.Dispose();
        Apache.Arrow.Array slice = array.SliceShared(1, 2);
        array.Dispose();
        array.Dispose();
        released.Should().Be(0);
        ((Int32Array)slice).Values.Length.Should().Be(2);
        slice.Dispose();
        released.Should().Be(1);
        memory.Dispose();
    }

    [Fact]
    public void An_export_by_the_C_data_interface_holds_the_memory()
    {
        int released = 0;
        DlPackObject memory = DlPack.Allocate<float>([2, 3]);
        memory.AsSpan<float>()[5] = 6;
        DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Float32, [2, 3], owner: DlPackOwner.FromCallback(() => released++));
        IArrowArray array = tensor.ToArrowArray();
        CArrowArray* exported = CArrowArray.Create();
        CArrowArrayExporter.ExportArray(array, exported);
        tensor.Dispose();
        array.Dispose();
        released.Should().Be(0);
        IArrowArray imported = CArrowArrayImporter.ImportArray(exported, array.Data.DataType);
        ((FloatArray)((FixedShapeTensorArray)imported).Values).Values[5].Should().Be(6);
        imported.Dispose();
        released.Should().Be(1);
        CArrowArray.Free(exported);
        memory.Dispose();
    }

    [Fact]
    public void A_forgotten_array_is_released_by_the_collector()
    {
        LeaveTheRestToFinalizers();
        using DlPackObject tensor = DlPack.AsDlPack(new int[6]);
        Forget(tensor);
        LiveAfterFinalizers().Should().Be(new LiveCounts(Objects: 1));

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        void Forget(DlPackObject lent)
        {
            lent.ToArrowArray().Length.Should().Be(6);
            Live.Should().Be(new LiveCounts(Objects: 1, Blocks: 1, Pins: 1));
        }
    }

    [Fact]
    public void A_lent_tensor_survives_a_round_trip_by_IPC()
    {
        using IDisposable registration =
            ExtensionTypeRegistry.Default.RegisterTemporary(FixedShapeTensorDefinition.Instance);
        using var stream = new MemoryStream();
        using (DlPackObject tensor = DlPack.AsDlPack(Enumerable.Range(0, 24).ToArray(), [2, 4, 3], [12, 1, 4]))
        using (IArrowArray array = tensor.ToArrowArray())
        using (var batch = new RecordBatch(Schema(array), [array], array.Length))
        using (var writer = new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        stream.Position = 0;
        using var reader = new ArrowStreamReader(stream);
        using RecordBatch read = reader.ReadNextRecordBatch();
        using DlPackObject back = read.Column(0).AsDlPack();
        back.Shape.ToArray().Should().Equal(2, 4, 3);
        back.Strides.ToArray().Should().Equal(12, 1, 4);
        back.ToArray<int>()[..4].Should().Equal(0, 4, 8, 1);

        static Schema Schema(IArrowArray array) => new([new Field("t", array.Data.DataType, nullable: false)], []);
    }

    [Theory]
    [InlineData("""{"shape":[2,3]}""", true)]
    [InlineData("""{"shape":[6],"dim_names":["x"],"permutation":[0]}""", true)]
    [InlineData("""{"shape":[2,4]}""", false)]
    [InlineData("""{"shape":[2,3],"permutation":[0,0]}""", false)]
    [InlineData("""{"shape":[2,3],"dim_names":["x"]}""", false)]
    [InlineData("""{"shape":[99999,99999,99999,99999,99999]}""", false)]
    [InlineData("""{"shape":[0,3]}""", false)]
    [InlineData("""{"shape":["2"]}""", false)]
    [InlineData("""{"dims":[6]}""", false)]
    [InlineData("[6]", false)]
    [InlineData("", false)]
    public void Metadata_that_makes_no_sense_is_no_tensor(string json, bool isTensor)
    {
        var storage = new FixedSizeListType(FloatType.Default, 6);
        FixedShapeTensorDefinition.Instance.TryCreateType(storage, json, out ExtensionType type).Should().Be(isTensor);
        (type is FixedShapeTensorType).Should().Be(isTensor);
    }

    [Fact]
    public void The_type_refuses_what_is_no_shape()
    {
        Action empty = () => _ = new FixedShapeTensorType(FloatType.Default, [2, 0]);
        Action order = () => _ = new FixedShapeTensorType(FloatType.Default, [2, 3], [1, 2]);
        Action names = () => _ = new FixedShapeTensorType(FloatType.Default, [2, 3], dimNames: ["x"]);
        empty.Should().Throw<ArgumentException>().WithMessage("*[2, 0]*");
        order.Should().Throw<ArgumentException>().WithMessage("*[1, 2]*");
        names.Should().Throw<ArgumentException>().WithMessage("*[x]*");
        var type = new FixedShapeTensorType(FloatType.Default, [2, 3], [1, 0], ["x", "y"]);
        type.DimNames.ToArray().Should().Equal("x", "y");
        type.ExtensionMetadata.Should().Be("""{"shape":[2,3],"permutation":[1,0],"dim_names":["x","y"]}""");
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 1, 2 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 0, 1 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 0 })]
    [InlineData(new long[] { 3 }, new long[] { 2 })]
    public void Gaps_repeats_and_transposed_values_are_refused(long[] shape, long[] strides)
    {
        using DlPackObject tensor = DlPack.AsDlPack(new int[12], shape, strides);
        Action view = () => tensor.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*strides*Copy()*");
    }

    [Fact]
    public void A_scalar_is_an_array_of_one_and_values_without_elements_are_refused()
    {
        using DlPackObject scalar = DlPack.AsDlPack(new double[] { 5 }, shape: []);
        using var array = (DoubleArray)scalar.ToArrowArray();
        array.Values.ToArray().Should().Equal(5);
        using DlPackObject hollow = DlPack.Allocate<int>([2, 0]);
        Action view = () => hollow.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*without elements*[2, 0]*");
    }

    [Fact]
    public void More_than_a_buffer_can_have_is_refused()
    {
        using DlPackObject tensor = DlPack.AsDlPack(16, DLDataType.UInt8, [int.MaxValue + 1L]);
        Action view = () => tensor.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*2147483648*parts*");
        using DlPackObject rows = DlPack.AsDlPack(16, DLDataType.UInt8, [1, 1L << 20, 1L << 20]);
        Action viewRows = () => rows.ToArrowArray();
        viewRows.Should().Throw<DlPackException>().WithMessage("*parts*");
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
