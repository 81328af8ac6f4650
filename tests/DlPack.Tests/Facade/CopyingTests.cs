using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Copies out of a tensor follow its strides and its dtype.</summary>
public sealed unsafe class CopyingTests : LeakChecked
{
    [Fact]
    public void Elements_are_copied_in_row_major_order_whatever_the_strides()
    {
        using DlPackObject transposed = DlPack.AsDlPack(new[,] { { 1, 2, 3 }, { 4, 5, 6 } }, [3, 2], [1, 3]);
        int[] destination = new int[8];

        transposed.CopyTo(destination.AsSpan(1));

        destination.Should().Equal(0, 1, 4, 2, 5, 3, 6, 0);
        transposed.ToArray<int>().Should().Equal(1, 4, 2, 5, 3, 6);
    }

    [Fact]
    public void Arrays_of_two_to_four_dimensions_have_the_tensors_shape()
    {
        using DlPackObject dl = DlPack.AsDlPack(Enumerable.Range(0, 24).ToArray());
        using DlPackObject two = DlPack.AsDlPack(dl, [3, 2], [-2, 8], offset: 4);
        using DlPackObject three = DlPack.AsDlPack(dl, [2, 3, 4]);
        using DlPackObject four = DlPack.AsDlPack(dl, [2, 3, 2, 2], [12, 4, 1, 2]);

        two.ToArray2D<int>().Should().BeEquivalentTo(new[,] { { 4, 12 }, { 2, 10 }, { 0, 8 } });
        int[,,] cube = three.ToArray3D<int>();
        cube[1, 2, 3].Should().Be(23);
        cube[1, 0, 2].Should().Be(14);
        int[,,,] array = four.ToArray4D<int>();
        array[1, 2, 1, 0].Should().Be(21);
        array[0, 1, 0, 1].Should().Be(6);
    }

    [Fact]
    public void Arrays_of_another_rank_are_refused()
    {
        using DlPackObject dl = DlPack.AsDlPack(new float[2, 3]);

        ((Action)(() => dl.ToArray3D<float>())).Should().Throw<DlPackException>()
            .WithMessage("*2 dimensions*[2, 3]*not 3*");
        ((Action)(() => dl.ToArray4D<float>())).Should().Throw<DlPackException>().WithMessage("*not 4*");
        using DlPackObject flat = DlPack.AsDlPack(new float[2]);
        ((Action)(() => flat.ToArray2D<float>())).Should().Throw<DlPackException>().WithMessage("*not 2*");
        using DlPackObject wide = DlPack.AsDlPack(Array.Empty<float>(), [0, 3L << 30]);
        ((Action)(() => wide.ToArray2D<float>())).Should().Throw<DlPackException>().WithMessage("*in a dimension*");
    }

    [Fact]
    public void No_copy_reinterprets_what_the_elements_are()
    {
        using DlPackObject two = DlPack.AsDlPack(new float[2, 3]);
        using DlPackObject three = DlPack.AsDlPack(new float[2, 3, 1]);
        using DlPackObject four = DlPack.AsDlPack(new float[2, 3, 1, 1]);
        Action[] copies =
        [
            () => two.ToArray<int>(),
            () => two.ToArray2D<int>(),
            () => two.ToArray2D<double>(),
            () => two.ToArray2D<byte>(),
            () => three.ToArray3D<int>(),
            () => four.ToArray4D<int>(),
            () => two.CopyTo(new int[6].AsSpan()),
        ];

        copies.Should().AllSatisfy(
            copy => copy.Should().Throw<DlPackException>().WithMessage("*float32*Ask for float*"));
    }

    [Fact]
    public void Types_that_dotnet_lacks_are_copied_as_bits()
    {
        using DlPackObject bfloat = DlPack.AsDlPack(new ushort[,] { { 1, 2 }, { 3, 4 } }, DLDataType.BFloat16);
        using DlPackObject transposed = DlPack.AsDlPack(bfloat, [2, 2], [1, 2]);

        transposed.ToArray2D<ushort>().Should().BeEquivalentTo(new ushort[,] { { 1, 3 }, { 2, 4 } });
        transposed.ToArray<short>().Should().Equal(1, 3, 2, 4);
    }

    [Fact]
    public void Structs_are_copied_over_trailing_dimensions()
    {
        using DlPackObject dl = DlPack.AsDlPack(new float[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        using DlPackObject reversed = DlPack.AsDlPack(dl, [2, 3], [-3, 1], offset: 3);

        reversed.ToArray<Vector3>().Should().Equal(new Vector3(4, 5, 6), new Vector3(1, 2, 3));
    }

    [Fact]
    public void An_array_that_would_not_have_the_tensors_shape_is_refused()
    {
        using DlPackObject packed = DlPack.AsDlPack(new byte[2, 3], DLDataType.Float4E2M1FN);
        using DlPackObject rows = DlPack.AsDlPack(new float[2, 3]);

        ((Action)(() => packed.ToArray2D<byte>())).Should().Throw<DlPackException>();
        ((Action)(() => rows.ToArray2D<Vector3>())).Should().Throw<DlPackException>();
        packed.ToArray<byte>().Should().HaveCount(6);
    }

    [Fact]
    public void A_short_destination_is_refused()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[4]);

        ((Action)(() => dl.CopyTo(new int[3].AsSpan())))
            .Should().Throw<ArgumentException>().WithMessage("*4 elements*3*longer*");
    }

    [Fact]
    public void Elements_are_copied_from_any_layout_to_any_other()
    {
        using DlPackObject source = DlPack.AsDlPack(new[,] { { 1, 2, 3 }, { 4, 5, 6 } });
        int[] target = new int[7];
        using DlPackObject destination = DlPack.AsDlPack(target, [2, 3], [-1, 2], offset: 1);

        source.CopyTo(destination);

        destination.ToArray<int>().Should().Equal(1, 2, 3, 4, 5, 6);
        target.Should().Equal(4, 1, 5, 2, 6, 3, 0);
    }

    [Fact]
    public void A_destination_of_another_kind_is_refused()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[2, 2]);
        using DlPackObject otherShape = DlPack.AsDlPack(new int[4]);
        using DlPackObject otherType = DlPack.AsDlPack(new float[2, 2]);
        using DlPackObject readOnly = DlPack.AsDlPack((ReadOnlyMemory<int>)new int[4], [2, 2]);
        using DlPackObject gpu = DlPack.AsDlPack((nint)64, DLDataType.Int32, [2, 2], device: DLDevice.Cuda());

        ((Action)(() => dl.CopyTo(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => dl.CopyTo(otherShape))).Should().Throw<ArgumentException>().WithMessage("*[4]*[2, 2]*");
        ((Action)(() => dl.CopyTo(otherType))).Should().Throw<ArgumentException>().WithMessage("*float32*int32*");
        ((Action)(() => dl.CopyTo(readOnly))).Should().Throw<DlPackException>().WithMessage("*read-only*");
        ((Action)(() => dl.CopyTo(gpu))).Should().Throw<DlPackException>().WithMessage("*cuda:0*");
        ((Action)(() => gpu.CopyTo(dl))).Should().Throw<DlPackException>().WithMessage("*cuda:0*");
    }

    [Fact]
    public void Packed_elements_with_strides_cannot_be_copied_apart()
    {
        using DlPackObject strided = DlPack.AsDlPack(new byte[4], [4], strides: [2], DLDataType.Float4E2M1FN);

        ((Action)(() => strided.ToArray<byte>()))
            .Should().Throw<DlPackException>().WithMessage("*float4*share bytes*[2]*");
        ((Action)(() => strided.Copy())).Should().Throw<DlPackException>();
    }

    [Fact]
    public void Packed_elements_behind_the_destinations_last_one_stay_as_they_are()
    {
        byte[] target = [0xAA, 0xAA];
        using DlPackObject source = DlPack.AsDlPack((byte[])[0x21, 0x43], [3], dtype: DLDataType.Float4E2M1FN);
        using DlPackObject destination = DlPack.AsDlPack(target, [3], dtype: DLDataType.Float4E2M1FN);

        source.CopyTo(destination);

        target.Should().Equal(0x21, 0xA3);
    }

    [Fact]
    public void A_copy_of_packed_elements_has_nothing_behind_them()
    {
        using DlPackObject source = DlPack.AsDlPack((byte[])[0x21, 0x43], [3], dtype: DLDataType.Float4E2M1FN);
        using DlPackObject copy = source.Copy();

        copy.AsSpan<byte>().ToArray().Should().Equal(0x21, 0x03);
        source.ToArray<byte>().Should().Equal(0x21, 0x03);
    }

    [Fact]
    public void A_destination_that_packs_what_the_source_pads_is_told_apart()
    {
        byte[] bytes = [1, 2];
        fixed (byte* data = bytes)
        {
            using DlPackObject padded = DlPack.AsDlPack(
                data, DLDataType.Float4E2M1FN, [2], flags: DLPackFlags.IsSubByteTypePadded);
            using DlPackObject packed = DlPack.AsDlPack(bytes, [2], dtype: DLDataType.Float4E2M1FN);

            ((Action)(() => padded.CopyTo(packed))).Should().Throw<ArgumentException>()
                .WithMessage("*destination has float4_e2m1fn[2], the source float4_e2m1fn[2] padded to bytes*");
        }
    }

    [Fact]
    public void Scalars_and_empty_tensors_are_copied()
    {
        using DlPackObject scalar = DlPack.AsDlPack(new double[] { 1, 2 }, [], offset: 1);
        using DlPackObject empty = DlPack.AsDlPack(new int[0, 3]);

        scalar.ToArray<double>().Should().Equal(2);
        empty.ToArray<int>().Should().BeEmpty();
        empty.ToArray2D<int>().GetLength(1).Should().Be(3);
        empty.CopyTo(default(Span<int>));
    }
}
