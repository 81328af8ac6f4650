using System.Diagnostics;
using System.Numerics;
using DlPackNet.Interop;
using DlPackNet.Text;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Text;

public sealed class TensorFormatterTests
{
    [Theory]
    [InlineData(1.0, "1.0")]
    [InlineData(-0.0, "-0.0")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(123456789.12345679, "123456789.12345679")]
    [InlineData(1e16, "1e+16")]
    [InlineData(5e-324, "5e-324")]
    [InlineData(double.MaxValue, "1.7976931348623157e+308")]
    [InlineData(double.NaN, "nan")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void A_scalar_shows_all_its_digits(double value, string expected) =>
        Format(DLDataType.Float64, [value], []).Should().Be(expected);

    [Fact]
    public void A_scalar_has_the_digits_of_its_own_width()
    {
        Format(DLDataType.Float32, [0.1f], []).Should().Be("0.1");
        Format(DLDataType.Float16, [(ushort)0x2E66], []).Should().Be("0.1");
        Format(DLDataType.Float16, [(ushort)0x7BFF], []).Should().Be("65500.0");
        Format(DLDataType.BFloat16, [(ushort)0x3F8D], []).Should().Be("1.1015625");
        Format(DLDataType.Bool, [(byte)1], []).Should().Be("True");
        Format(DLDataType.Int64, [long.MinValue], []).Should().Be("-9223372036854775808");
        Format(DLDataType.UInt64, [ulong.MaxValue], []).Should().Be("18446744073709551615");
    }

    [Theory]
    [InlineData(1.0, 2.0, "(1+2j)")]
    [InlineData(0.0, 2.0, "2j")]
    [InlineData(-0.0, 1.0, "(-0+1j)")]
    [InlineData(1.5, -0.0, "(1.5-0j)")]
    [InlineData(double.NaN, double.PositiveInfinity, "(nan+infj)")]
    [InlineData(1e20, 1e-5, "(1e+20+1e-05j)")]
    public void A_complex_scalar_is_written_as_in_python(double real, double imaginary, string expected) =>
        Format(DLDataType.Complex128, [new Complex(real, imaginary)], []).Should().Be(expected);

    [Fact]
    public void Columns_share_a_width()
    {
        Format(DLDataType.Int32, [1, -20, 300], 3).Should().Be("[  1 -20 300]");
        Format(DLDataType.Bool, [(byte)1, (byte)0], 2).Should().Be("[ True False]");
        Format(DLDataType.Float32, [1f, 2.5f, -3.125f], 3).Should().Be("[ 1.     2.5   -3.125]");
        Format(DLDataType.Float32, [1f, float.NaN, float.NegativeInfinity], 3).Should().Be("[  1.  nan -inf]");
        Format(DLDataType.Complex64, [1f, 2f, 3.25f, -1.5f], 2).Should().Be("[1.  +2.j  3.25-1.5j]");
        Format(DLDataType.Complex32, [(ushort)0x3C00, (ushort)0xC000], 1).Should().Be("[1.-2.j]");
        Format(new DLDataType(DLDataTypeCode.kDLBcomplex, 32), [(ushort)0x3F80, (ushort)0x4000], 1)
            .Should().Be("[1.+2.j]");
    }

    [Fact]
    public void Exponents_appear_for_large_small_and_far_apart_numbers()
    {
        Format(DLDataType.Float64, [99999999.0], 1).Should().Be("[99999999.]");
        Format(DLDataType.Float64, [1e8, 1e7], 2).Should().Be("[1.e+08 1.e+07]");
        Format(DLDataType.Float64, [0.00011, 5e-5], 2).Should().Be("[1.1e-04 5.0e-05]");
        Format(DLDataType.Float64, [1000.0, 1.0], 2).Should().Be("[1000.    1.]");
        Format(DLDataType.Float64, [1001.0, 1.0], 2).Should().Be("[1.001e+03 1.000e+00]");
        Format(DLDataType.Float64, [5e-324, 1.0], 2).Should().Be("[5.e-324 1.e+000]");
    }

    [Fact]
    public void Fractions_end_at_the_eighth_digit_rounded_from_the_exact_value()
    {
        Format(DLDataType.Float64, [0.123456785, 0.5], 2).Should().Be("[0.12345678 0.5       ]");
        Format(DLDataType.Float32, [0.1f, 1.0422123e-05f], 2).Should().Be("[1.0000000e-01 1.0422123e-05]");
        Format(DLDataType.Float16, [(ushort)0x7BFF], 1).Should().Be("[65504.]");
    }

    [Fact]
    public void Dimensions_nest_and_blank_lines_part_them()
    {
        Format(DLDataType.Int32, [0, 1, 2, 3, 4, 5], 2, 3).Should().Be("[[0 1 2]\n [3 4 5]]");
        Format(DLDataType.Int32, [0, 1, 2, 3], 2, 1, 2).Should().Be("[[[0 1]]\n\n [[2 3]]]");
        Format(DLDataType.Int32, [0, 1], 2, 1, 1, 1).Should().Be("[[[[0]]]\n\n\n [[[1]]]]");
    }

    [Fact]
    public void No_elements_are_two_brackets()
    {
        Format(DLDataType.Float32, Array.Empty<float>(), 0).Should().Be("[]");
        Format(DLDataType.Float32, Array.Empty<float>(), 2, 3, 0).Should().Be("[]");
    }

    [Fact]
    public void Long_rows_wrap_within_75_columns()
    {
        string text = Format(DLDataType.Int32, Enumerable.Range(0, 30).ToArray(), 30);
        text.Should().Be(
            "[ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23\n 24 25 26 27 28 29]");
    }

    [Fact]
    public void Large_tensors_keep_three_entries_at_each_end()
    {
        Format(DLDataType.Int32, Enumerable.Range(0, 1000).ToArray(), 1000).Should().NotContain("...");
        Format(DLDataType.Int32, Enumerable.Range(0, 1001).ToArray(), 1001)
            .Should().Be("[   0    1    2 ...  998  999 1000]");
        Format(DLDataType.Int32, Enumerable.Range(0, 1010).ToArray(), 2, 505).Should().Be(
            "[[   0    1    2 ...  502  503  504]\n [ 505  506  507 ... 1007 1008 1009]]");
        Format(DLDataType.Int32, Enumerable.Range(0, 1001).ToArray(), 1001, 1).Should().Be(
            "[[   0]\n [   1]\n [   2]\n ...\n [ 998]\n [ 999]\n [1000]]");
    }

    [Fact]
    public unsafe void Strides_are_followed_and_may_be_negative()
    {
        int[] values = [0, 1, 2, 3, 4, 5];
        fixed (int* first = values)
        {
            TensorFormatter.Format((byte*)first, DLDataType.Int32, [3, 2], [1, 3])
                .Should().Be("[[0 3]\n [1 4]\n [2 5]]");
            TensorFormatter.Format((byte*)(first + 5), DLDataType.Int32, [3], [-2]).Should().Be("[5 3 1]");
        }
    }

    [Fact]
    public unsafe void Lanes_are_one_more_dimension()
    {
        float[] values = [1, 2, 3, 4];
        fixed (float* first = values)
        {
            var pair = new DLDataType(DLDataTypeCode.kDLFloat, 32, 2);
            TensorFormatter.Format((byte*)first, pair, [2], [1]).Should().Be("[[1. 2.]\n [3. 4.]]");
            TensorFormatter.Format((byte*)first, pair, [], []).Should().Be("[1. 2.]");
        }
    }

    [Fact]
    public unsafe void Packed_and_padded_elements_are_read()
    {
        byte[] packed = [0x21, 0x0F];
        byte[] padded = [0x01, 0x02, 0x0F];
        var int4 = new DLDataType(DLDataTypeCode.kDLInt, 4);
        fixed (byte* first = packed, single = padded)
        {
            TensorFormatter.Format(first, int4, [3], [1]).Should().Be("[ 1  2 -1]");
            TensorFormatter.Format(single, int4, [3], [1], padded: true).Should().Be("[ 1  2 -1]");
            TensorFormatter.Format(first, DLDataType.Float4E2M1FN, [3], [1]).Should().Be("[ 0.5  1.  -6. ]");
            TensorFormatter.Format(first, new DLDataType(DLDataTypeCode.kDLFloat4_e2m1fn, 4, 2), [1], [1], padded: true)
                .Should().Be("[[0.5 1. ]]");
        }

        // Four codes of 6 bits, 1 2 3 4, fill three bytes: 4 << 18 | 3 << 12 | 2 << 6 | 1.
        byte[] sixes = [0x81, 0x30, 0x10];
        fixed (byte* first = sixes)
        {
            TensorFormatter.Format(first, new DLDataType(DLDataTypeCode.kDLUInt, 6), [4], [1]).Should().Be("[1 2 3 4]");
            TensorFormatter.Format(first, DLDataType.Float6E2M3FN, [4], [1]).Should().Be("[0.125 0.25  0.375 0.5  ]");
        }
    }

    [Fact]
    public void What_is_unknown_is_hexadecimal()
    {
        Format(new DLDataType(DLDataTypeCode.kDLOpaqueHandle, 64), [0x123456789ABCDEFUL], 1)
            .Should().Be("[0x0123456789abcdef]");
        Format(new DLDataType((DLDataTypeCode)200, 24), [(byte)1, (byte)2, (byte)3], 1).Should().Be("[0x030201]");
        Format(new DLDataType(DLDataTypeCode.kDLFloat, 128), [1UL, 2UL], 1)
            .Should().Be("[0x00000000000000020000000000000001]");
        Format(new DLDataType(DLDataTypeCode.kDLComplex, 16), [(ushort)0xAB], []).Should().Be("0x00ab");
        Format(new DLDataType(DLDataTypeCode.kDLInt, 0), [(byte)0], []).Should().Be("0x");
    }

    [Fact]
    public unsafe void Huge_tensors_print_at_once()
    {
        double one = 1;
        var watch = Stopwatch.StartNew();
        TensorFormatter.Format((byte*)&one, DLDataType.Float64, [long.MaxValue], [0])
            .Should().Be("[1. 1. 1. ... 1. 1. 1.]");
        TensorFormatter.Format((byte*)&one, DLDataType.Float64, [100_000, 100_000], [0, 0])
            .Should().EndWith("... 1. 1. 1.]]");
        var sixes = Enumerable.Repeat(6L, 12).ToArray();
        TensorFormatter.Format((byte*)&one, DLDataType.Float64, sixes, new long[12]).Should().Contain("[...]");
        var deep = Enumerable.Repeat(1L, 100_000).ToArray();
        TensorFormatter.Format((byte*)&one, DLDataType.Float64, deep, new long[deep.Length]).Should().Contain("[...]");
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void Only_shown_elements_are_visited()
    {
        ShownElements shown = ShownElements.Of(DLDataType.UInt8, [1_000_000, 4, 500], [2000, 500, 1], padded: false);
        shown.Counts.Should().Equal(6, 4, 6);
        shown.BitOffsets.Should().HaveCount(144).And.BeInAscendingOrder();
        shown.BitOffsets.Take(7).Should().Equal(0, 8, 16, 497 * 8, 498 * 8, 499 * 8, 500 * 8);
        shown.BitOffsets[^1].Should().Be((2_000_000_000L - 1) * 8);
    }

    /// <summary>Prints a compact row-major tensor.</summary>
    internal static unsafe string Format<T>(DLDataType dtype, T[] values, params long[] shape)
        where T : unmanaged
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int axis = shape.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= shape[axis];
        }

        fixed (T* first = values)
        {
            return TensorFormatter.Format((byte*)first, dtype, shape, strides);
        }
    }
}
