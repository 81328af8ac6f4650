using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Structs of several values are one more dimension, on the same memory.</summary>
public sealed class StructElementTests : LeakChecked
{
    private record struct Pixel(byte R, byte G, byte B, byte A);

    private record struct Sample(double Time, float Value, float Error);

    [Fact]
    public void Vectors_are_rows_of_floats()
    {
        Vector3[] array = [new(1, 2, 3), new(4, 5, 6)];
        using DlPackObject dl = DlPack.AsDlPack(array);

        dl.DType.Should().Be(DLDataType.Float32);
        dl.Shape.ToArray().Should().Equal(2, 3);
        dl.AsSpan<float>()[4] = 50;
        array[1].Y.Should().Be(50);
        dl.AsSpan<Vector3>()[0].Should().Be(new Vector3(1, 2, 3));
        dl.ToArray2D<float>().Should().BeEquivalentTo(new float[,] { { 1, 2, 3 }, { 4, 50, 6 } });
    }

    [Fact]
    public void Every_numeric_struct_has_its_dimensions()
    {
        Extents(new Vector2[5], 5, 2);
        Extents(new Vector3[5], 5, 3);
        Extents(new Vector4[5], 5, 4);
        Extents(new Quaternion[5], 5, 4);
        Extents(new Plane[5], 5, 4);
        Extents(new Matrix3x2[5], 5, 3, 2);
        Extents(new Matrix4x4[5], 5, 4, 4);
        Extents(new Vector3[2, 5], 2, 5, 3);
        Extents(new Matrix4x4[2, 3, 5], 2, 3, 5, 4, 4);
    }

    [Fact]
    public void Pixels_are_bytes_by_dtype()
    {
        var image = new Pixel[2, 3];
        using DlPackObject dl = DlPack.AsDlPack(image, dtype: DLDataType.UInt8);

        dl.Shape.ToArray().Should().Equal(2, 3, 4);
        dl.DType.Should().Be(DLDataType.UInt8);
        dl.AsSpan<byte>()[(((1 * 3) + 2) * 4) + 1] = 9;
        image[1, 2].G.Should().Be(9);
        dl.AsSpan<Pixel>()[5].G.Should().Be(9);
        dl.ToArray<Pixel>()[5].Should().Be(new Pixel(0, 9, 0, 0));
    }

    [Fact]
    public void Pixels_may_also_be_one_number_each()
    {
        Pixel[] row = [new(1, 0, 0, 0), new(0, 1, 0, 0)];
        using DlPackObject dl = DlPack.AsDlPack(row, DLDataType.UInt32);

        dl.Shape.ToArray().Should().Equal(2);
        dl.ToArray<uint>().Should().Equal(BitConverter.IsLittleEndian ? [1u, 256u] : [1u << 24, 1u << 16]);
    }

    [Fact]
    public void A_field_of_a_struct_is_a_strided_tensor()
    {
        Sample[] samples = [new(0, 1, 10), new(1, 2, 20), new(2, 3, 30)];
        using DlPackObject values = DlPack.AsDlPack(
            samples, shape: [3], strides: [4], dtype: DLDataType.Float32, offset: 2);
        using DlPackObject errors = DlPack.AsDlPack(
            samples.AsMemory(1), shape: [2], strides: [4], dtype: DLDataType.Float32, offset: 3);

        values.ToArray<float>().Should().Equal(1, 2, 3);
        errors.ToArray<float>().Should().Equal(20, 30);
    }

    [Fact]
    public void A_shape_counts_elements_of_the_dtype()
    {
        Vector3[] array = [new(1, 2, 3), new(4, 5, 6)];
        using DlPackObject flat = DlPack.AsDlPack(array, [6]);
        using DlPackObject columns = DlPack.AsDlPack(array, [3, 2], [1, 3]);

        flat.ToArray<float>().Should().Equal(1, 2, 3, 4, 5, 6);
        columns.ToArray2D<float>().Should().BeEquivalentTo(new float[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } });
        ((Action)(() => DlPack.AsDlPack(array, [7]))).Should().Throw<ArgumentException>().WithMessage("*6 elements*");
    }

    [Fact]
    public void Arrays_of_several_dimensions_take_shape_strides_and_dtype_over_structs_too()
    {
        var image = new Pixel[2, 3];
        image[1, 0] = new(10, 11, 12, 13);
        using DlPackObject flat = DlPack.AsDlPack(image, [6, 4], dtype: DLDataType.UInt8);
        using DlPackObject greens = DlPack.AsDlPack(image, [2, 3], [12, 4], DLDataType.UInt8, offset: 1);
        using DlPackObject planes = DlPack.AsDlPack(new Pixel[1, 2, 3], [4, 2, 3], [1, 12, 4], DLDataType.UInt8);
        using DlPackObject halves = DlPack.AsDlPack(new Pixel[1, 1, 2, 3], [2, 3, 2], dtype: DLDataType.Float16);
        using DlPackObject transposed = DlPack.AsDlPack(new Vector3[2, 5], [3, 5, 2], [1, 3, 15]);

        flat.AsSpan<Pixel>()[3].B.Should().Be(12);
        greens.ToArray<byte>().Should().Equal(0, 0, 0, 11, 0, 0);
        planes.Shape.ToArray().Should().Equal(4, 2, 3);
        halves.DType.Should().Be(DLDataType.Float16);
        transposed.DType.Should().Be(DLDataType.Float32);
        ((Action)(() => DlPack.AsDlPack(image, [7, 4], dtype: DLDataType.UInt8)))
            .Should().Throw<ArgumentException>().WithMessage("*[7, 4]*24 elements*");
        ((Action)(() => DlPack.AsDlPack(image, [2, 3], dtype: DLDataType.Float64)))
            .Should().Throw<ArgumentException>().WithMessage("*float64*64 bits*32*");
        ((Action)(() => DlPack.AsDlPack(image, [2, 3])))
            .Should().Throw<ArgumentException>().WithMessage("*Pass dtype*");
        ((Action)(() => DlPack.AsDlPack((Pixel[,])null!, [0], dtype: DLDataType.UInt8)))
            .Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void Structs_without_a_dtype_of_their_own_go_out_as_raw_values_by_dtype()
    {
        using DlPackObject money = DlPack.AsDlPack(new decimal[2], DLDataType.UInt8);
        using DlPackObject times = DlPack.AsDlPack(new[] { new DateTime(42) }, DLDataType.Int64);
        using DlPackObject ids = DlPack.AsDlPack(new Guid[3], DLDataType.UInt8);

        money.Shape.ToArray().Should().Equal(2, 16);
        times.ToArray<long>().Should().Equal(42);
        ids.Shape.ToArray().Should().Equal(3, 16);
    }

    [Fact]
    public void Struct_elements_work_from_every_kind_of_buffer()
    {
        var vectors = new Vector3[4];
        using DlPackObject memory = DlPack.AsDlPack(vectors.AsMemory(1));
        using DlPackObject segment = DlPack.AsDlPack(new ArraySegment<Vector3>(vectors, 1, 2));
        using DlPackObject span = DlPack.AsDlPack(vectors.AsSpan(2));
        using DlPackObject allocated = DlPack.Allocate<Vector3>([7]);

        memory.Shape.ToArray().Should().Equal(3, 3);
        segment.Shape.ToArray().Should().Equal(2, 3);
        span.Shape.ToArray().Should().Equal(2, 3);
        allocated.Shape.ToArray().Should().Equal(7, 3);
        segment.AsSpan<Vector3>()[1].X = 5;
        vectors[2].X.Should().Be(5);
    }

    private static void Extents(Array array, params long[] shape)
    {
        using DlPackObject dl = DlPack.AsDlPack(array);
        dl.DType.Should().Be(DLDataType.Float32);
        dl.Shape.ToArray().Should().Equal(shape);
        dl.IsContiguous.Should().BeTrue();
    }
}
