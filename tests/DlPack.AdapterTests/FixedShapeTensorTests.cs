using Apache.Arrow;
using Apache.Arrow.Ipc;
using Apache.Arrow.Types;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>The extension type for tensors of one shape.</summary>
public sealed class FixedShapeTensorTests : LeakChecked
{
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

    [Fact]
    public void Lists_of_slices_of_permuted_tensors_of_bools_go_out_as_they_are_seen()
    {
        // 5 tensors of [2, 3] in memory, seen as [3, 2]; of these the lists have the second to the fifth, two each.
        byte[] bits = [.. Enumerable.Range(0, 30).Select(i => (byte)(i % 7 == 0 ? 1 : 0))];
        var values = new ArrayData(Bool8Type.Default, 30, 0, 0, [ArrowBuffer.Empty, new ArrowBuffer(bits)]);
        var type = new FixedShapeTensorType(Bool8Type.Default, [2, 3], [1, 0], ["row", "column"]);
        var tensors = new ArrayData(type, 5, 0, 0, [ArrowBuffer.Empty], [values]);
        var lists = new ArrayData(
            new FixedSizeListType(type, 2), 2, 0, 0, [ArrowBuffer.Empty], [tensors.Slice(1, 4)]);
        using DlPackObject tensor = ArrowArrayFactory.BuildArray(lists).AsDlPack();
        tensor.Shape.ToArray().Should().Equal(2, 2, 3, 2);
        tensor.Strides.ToArray().Should().Equal(12, 6, 1, 3);
        bool[] seen = tensor.ToArray<bool>();
        foreach (long[] i in Indexes.Of([2, 2, 3, 2]))
        {
            long place = 6 + (12 * i[0]) + (6 * i[1]) + i[2] + (3 * i[3]);
            seen[(((i[0] * 2) + i[1]) * 6) + (i[2] * 2) + i[3]].Should().Be(bits[place] == 1);
        }
    }

    [Fact]
    public void Names_of_dimensions_survive_IPC()
    {
        using IDisposable registration =
            ExtensionTypeRegistry.Default.RegisterTemporary(FixedShapeTensorDefinition.Instance);
        var type = new FixedShapeTensorType(FloatType.Default, [2, 3], [1, 0], ["row", "column \"2\""]);
        using DlPackObject tensor = DlPack.AsDlPack(new float[4, 6]);
        using IArrowArray plain = tensor.ToArrowArray();
        var values = (FixedShapeTensorArray)plain;
        var data = new ArrayData(type, 4, 0, 0, [ArrowBuffer.Empty], [values.Values.Data]);
        using var stream = new MemoryStream();
        using (var batch = new RecordBatch(
            new Schema([new Field("t", type, nullable: false)], []), [ArrowArrayFactory.BuildArray(data)], 4))
        using (var writer = new ArrowStreamWriter(stream, batch.Schema, leaveOpen: true))
        {
            writer.WriteRecordBatch(batch);
            writer.WriteEnd();
        }

        stream.Position = 0;
        using var reader = new ArrowStreamReader(stream);
        using RecordBatch read = reader.ReadNextRecordBatch();
        var found = (FixedShapeTensorType)read.Column(0).Data.DataType;
        found.DimNames.ToArray().Should().Equal("row", "column \"2\"");
        found.Permutation.ToArray().Should().Equal(1, 0);
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
    public void Storage_of_another_type_is_refused()
    {
        Int32Array values = new Int32Array.Builder().AppendRange(Enumerable.Range(0, 24)).Build();
        Refuses(Lists(4), Int32Type.Default, "*6 int32*4 int32*");
        Refuses(Lists(6), DoubleType.Default, "*6 double*6 int32*");
        Refuses(values, Int32Type.Default, "*FixedSizeListArray*Int32Array*");
        using DlPackObject tensor = new FixedShapeTensorArray(TypeOf(Int32Type.Default), Lists(6)).AsDlPack();
        tensor.Shape.ToArray().Should().Equal(4, 2, 3);

        IArrowArray Lists(int size) => ArrowArrayFactory.BuildArray(
            new ArrayData(
                new FixedSizeListType(Int32Type.Default, size), 4, 0, 0, [ArrowBuffer.Empty], [values.Data]));

        static FixedShapeTensorType TypeOf(IArrowType valueType) => new(valueType, [2, 3]);

        static void Refuses(IArrowArray storage, IArrowType valueType, string message)
        {
            Action make = () => _ = new FixedShapeTensorArray(TypeOf(valueType), storage);
            make.Should().Throw<ArgumentException>().WithMessage(message);
        }
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
}
