using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

public sealed unsafe class ArrayTests : LeakChecked
{
    [Fact]
    public void An_array_is_lent_where_it_lies()
    {
        int[] array = [1, 2, 3];
        using DlPackObject dl = DlPack.AsDlPack(array);
        using var borrowed = new Borrowed(dl.Dlpack());

        borrowed.At<int>(2) = 30;

        array.Should().Equal(1, 2, 30);
        borrowed.Shape.Should().Equal(3);
        borrowed.Strides.Should().Equal(1);
        borrowed.Flags.Should().Be(DLPackFlags.None);
        fixed (int* address = array)
        {
            borrowed.Data.Should().Be((nint)address);
            dl.Data.Should().Be((nint)address);
        }
    }

    [Fact]
    public void An_array_is_pinned_only_while_somebody_sees_it()
    {
        using DlPackObject dl = DlPack.AsDlPack(new double[8]);
        Live.Pins.Should().Be(0);
        _ = dl.AsSpan<double>()[0];
        using (DlPackCapsule capsule = dl.Dlpack())
        {
            Live.Pins.Should().Be(1);
        }

        Live.Pins.Should().Be(0);
        _ = dl.Data;
        _ = dl.Data;
        Live.Pins.Should().Be(1);
    }

    [Fact]
    public void Shape_strides_and_offset_say_where_each_element_is()
    {
        short[] array = [0, 1, 2, 3, 4, 5, 6, 7];
        using DlPackObject reversedRows = DlPack.AsDlPack(array, shape: [3, 2], strides: [-2, 1], offset: 6);
        using var borrowed = new Borrowed(reversedRows);

        borrowed.Elements<short>().Should().Equal(6, 7, 4, 5, 2, 3);
        borrowed.Strides.Should().Equal(-2, 1);
        reversedRows.ToArray<short>().Should().Equal(6, 7, 4, 5, 2, 3);
    }

    [Fact]
    public void A_shape_may_use_a_part_of_the_array()
    {
        byte[] array = [1, 2, 3, 4, 5];
        using DlPackObject dl = DlPack.AsDlPack(array, shape: [2, 2], offset: 1);

        dl.AsSpan<byte>().ToArray().Should().Equal(2, 3, 4, 5);
        dl.AsSpan<byte>()[0] = 20;
        array[1].Should().Be(20);
    }

    [Fact]
    public void Arrays_of_two_to_four_dimensions_keep_their_shape()
    {
        using DlPackObject two = DlPack.AsDlPack(new float[2, 3]);
        using DlPackObject three = DlPack.AsDlPack(new byte[2, 3, 4]);
        using DlPackObject four = DlPack.AsDlPack(new long[2, 1, 3, 4]);

        two.Shape.ToArray().Should().Equal(2, 3);
        three.Shape.ToArray().Should().Equal(2, 3, 4);
        three.Strides.ToArray().Should().Equal(12, 4, 1);
        four.Shape.ToArray().Should().Equal(2, 1, 3, 4);
        four.Strides.ToArray().Should().Equal(12, 12, 4, 1);
    }

    [Fact]
    public void An_array_of_any_rank_up_to_32_keeps_its_shape()
    {
        for (int rank = 1; rank <= 32; rank++)
        {
            int[] lengths = [.. Enumerable.Range(0, rank).Select(i => i < 4 ? 2 : 1)];
            Array array = Array.CreateInstance(typeof(int), lengths);
            array.SetValue(42, [.. lengths.Select(length => length - 1)]);

            using DlPackObject dl = DlPack.AsDlPack(array);
            using var borrowed = new Borrowed(dl);

            borrowed.Shape.Should().Equal(lengths.Select(length => (long)length));
            borrowed.Elements<int>().Should().EndWith(42);
            dl.AsSpan<int>().ToArray().Should().EndWith(42).And.HaveCount(array.Length);
        }
    }

    [Fact]
    public void Lower_bounds_other_than_zero_do_not_matter()
    {
        Array array = Array.CreateInstance(typeof(float), [2, 3], [5, -1]);
        array.SetValue(1.5f, 5, -1);
        array.SetValue(2.5f, 6, 1);
        Array flat = Array.CreateInstance(typeof(int), [2], [1]);
        flat.SetValue(7, 2);

        using DlPackObject dl = DlPack.AsDlPack(array);
        using DlPackObject flatDl = DlPack.AsDlPack(flat);

        dl.ToArray<float>().Should().Equal(1.5f, 0, 0, 0, 0, 2.5f);
        dl.AsSpan<float>().ToArray().Should().Equal(1.5f, 0, 0, 0, 0, 2.5f);
        flatDl.AsSpan<int>().ToArray().Should().Equal(0, 7);
        flatDl.AsMemory<int>().ToArray().Should().Equal(0, 7);
        LeaveTheRestToFinalizers();
    }

    [Fact]
    public void An_array_of_several_dimensions_takes_another_shape()
    {
        int[,] array = { { 1, 2, 3 }, { 4, 5, 6 } };
        using DlPackObject transposed = DlPack.AsDlPack(array, shape: [3, 2], strides: [1, 3]);
        using DlPackObject column = DlPack.AsDlPack(array, shape: [2], strides: [3], offset: 2);

        transposed.ToArray2D<int>().Should().BeEquivalentTo(new[,] { { 1, 4 }, { 2, 5 }, { 3, 6 } });
        column.ToArray<int>().Should().Equal(3, 6);
    }

    [Fact]
    public void Another_dtype_of_the_same_size_is_taken_at_its_word()
    {
        using DlPackObject flat = DlPack.AsDlPack(new ushort[3], DLDataType.BFloat16);
        using DlPackObject two = DlPack.AsDlPack(new long[2, 2], dtype: DLDataType.Complex64);
        using DlPackObject shaped = DlPack.AsDlPack(new byte[6], [2, 3], dtype: DLDataType.Float8E4M3FN);
        using DlPackObject any = DlPack.AsDlPack((Array)new short[1, 1, 1, 1, 2], DLDataType.Float16);

        flat.DType.Should().Be(DLDataType.BFloat16);
        two.DType.Should().Be(DLDataType.Complex64);
        two.Shape.ToArray().Should().Equal(2, 2);
        shaped.DType.Should().Be(DLDataType.Float8E4M3FN);
        any.DType.Should().Be(DLDataType.Float16);
    }
}
