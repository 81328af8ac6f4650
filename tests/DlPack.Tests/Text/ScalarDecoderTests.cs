using DlPackNet.Interop;
using DlPackNet.Text;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Text;

public sealed class ScalarDecoderTests
{
    // Code, bits; codes of 1, of the largest number and of the smallest subnormal, with the latter two's values.
    public static TheoryData<DLDataTypeCode, int, int, int, double, double> Anchors => new()
    {
        { DLDataTypeCode.kDLFloat, 16, 0x3C00, 0x7BFF, 65504, Math.Pow(2, -24) },
        { DLDataTypeCode.kDLBfloat, 16, 0x3F80, 0x7F7F, BitConverter.Int32BitsToSingle(0x7F7F0000), Math.Pow(2, -133) },
        { DLDataTypeCode.kDLFloat8_e3m4, 8, 0x30, 0x6F, 15.5, Math.Pow(2, -6) },
        { DLDataTypeCode.kDLFloat8_e4m3, 8, 0x38, 0x77, 240, Math.Pow(2, -9) },
        { DLDataTypeCode.kDLFloat8_e4m3b11fnuz, 8, 0x58, 0x7F, 30, Math.Pow(2, -13) },
        { DLDataTypeCode.kDLFloat8_e4m3fn, 8, 0x38, 0x7E, 448, Math.Pow(2, -9) },
        { DLDataTypeCode.kDLFloat8_e4m3fnuz, 8, 0x40, 0x7F, 240, Math.Pow(2, -10) },
        { DLDataTypeCode.kDLFloat8_e5m2, 8, 0x3C, 0x7B, 57344, Math.Pow(2, -16) },
        { DLDataTypeCode.kDLFloat8_e5m2fnuz, 8, 0x40, 0x7F, 57344, Math.Pow(2, -17) },
        { DLDataTypeCode.kDLFloat6_e2m3fn, 6, 0x08, 0x1F, 7.5, 0.125 },
        { DLDataTypeCode.kDLFloat6_e3m2fn, 6, 0x0C, 0x1F, 28, 0.0625 },
        { DLDataTypeCode.kDLFloat4_e2m1fn, 4, 0x2, 0x7, 6, 0.5 },
    };

    [Theory]
    [MemberData(nameof(Anchors))]
    public void Known_values_decode(
        DLDataTypeCode code, int bits, int one, int highest, double maximum, double smallest)
    {
        Decode(code, bits, 0).Should().Be(0);
        Decode(code, bits, 1).Should().Be(smallest);
        Decode(code, bits, one).Should().Be(1);
        Decode(code, bits, highest).Should().Be(maximum);
    }

    [Theory]
    [InlineData(DLDataTypeCode.kDLFloat8_e3m4, 8, 4, 0x6F, -6)]
    [InlineData(DLDataTypeCode.kDLFloat8_e4m3, 8, 3, 0x77, -9)]
    [InlineData(DLDataTypeCode.kDLFloat8_e4m3b11fnuz, 8, 3, 0x7F, -13)]
    [InlineData(DLDataTypeCode.kDLFloat8_e4m3fn, 8, 3, 0x7E, -9)]
    [InlineData(DLDataTypeCode.kDLFloat8_e4m3fnuz, 8, 3, 0x7F, -10)]
    [InlineData(DLDataTypeCode.kDLFloat8_e5m2, 8, 2, 0x7B, -16)]
    [InlineData(DLDataTypeCode.kDLFloat8_e5m2fnuz, 8, 2, 0x7F, -17)]
    [InlineData(DLDataTypeCode.kDLFloat6_e2m3fn, 6, 3, 0x1F, -3)]
    [InlineData(DLDataTypeCode.kDLFloat6_e3m2fn, 6, 2, 0x1F, -4)]
    [InlineData(DLDataTypeCode.kDLFloat4_e2m1fn, 4, 1, 0x7, -1)]
    public void Every_code_is_one_step_from_the_last(
        DLDataTypeCode code, int bits, int mantissaBits, int highest, int smallestExponent)
    {
        // Steps begin as the smallest number; they double after each full run of mantissas but the first, which is
        // the subnormal numbers'.
        double step = Math.ScaleB(1, smallestExponent);
        double expected = 0;
        for (int raw = 1; raw <= highest; raw++)
        {
            expected += step;
            Decode(code, bits, raw).Should().Be(expected, "code {0:x}", raw);
            Decode(code, bits, raw | (1 << (bits - 1))).Should().Be(-expected, "code {0:x} with the sign", raw);
            if (raw % (1 << mantissaBits) == 0 && raw >> mantissaBits > 1)
            {
                step *= 2;
            }
        }
    }

    [Fact]
    public void Half_agrees_with_the_runtime_on_every_code()
    {
        for (int raw = 0; raw <= ushort.MaxValue; raw++)
        {
            Same(Decode(DLDataTypeCode.kDLFloat, 16, raw), (double)BitConverter.Int16BitsToHalf((short)raw), raw);
            Same(Decode(DLDataTypeCode.kDLBfloat, 16, raw), BitConverter.Int32BitsToSingle(raw << 16), raw);
        }
    }

    [Fact]
    public void E5m2_is_the_upper_half_of_a_half()
    {
        for (int raw = 0; raw <= byte.MaxValue; raw++)
        {
            double half = (double)BitConverter.Int16BitsToHalf((short)(raw << 8));
            Same(Decode(DLDataTypeCode.kDLFloat8_e5m2, 8, raw), half, raw);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(0x007FFFFF)]
    [InlineData(0x00800000)]
    [InlineData(0x3DCCCCCD)]
    [InlineData(0x7F7FFFFF)]
    [InlineData(0x7F800000)]
    [InlineData(0x7FC00000)]
    [InlineData(int.MinValue)]
    public void Single_agrees_with_the_runtime(int raw) =>
        Same(Decode(DLDataTypeCode.kDLFloat, 32, raw), BitConverter.Int32BitsToSingle(raw), raw);

    [Theory]
    [InlineData(DLDataTypeCode.kDLFloat8_e3m4, 0x70, 0x71, 0x7F)]
    [InlineData(DLDataTypeCode.kDLFloat8_e4m3, 0x78, 0x79, 0x7F)]
    [InlineData(DLDataTypeCode.kDLFloat8_e5m2, 0x7C, 0x7D, 0x7F)]
    public void Ieee_like_types_have_infinity_and_nan(DLDataTypeCode code, int infinity, int firstNaN, int lastNaN)
    {
        Decode(code, 8, infinity).Should().Be(double.PositiveInfinity);
        Decode(code, 8, infinity | 0x80).Should().Be(double.NegativeInfinity);
        for (int raw = firstNaN; raw <= lastNaN; raw++)
        {
            Decode(code, 8, raw).Should().Be(double.NaN);
            Decode(code, 8, raw | 0x80).Should().Be(double.NaN);
        }

        Same(Decode(code, 8, 0x80), -0.0, 0x80);
    }

    [Fact]
    public void Finite_types_have_nan_in_one_place()
    {
        Decode(DLDataTypeCode.kDLFloat8_e4m3fn, 8, 0x7F).Should().Be(double.NaN);
        Decode(DLDataTypeCode.kDLFloat8_e4m3fn, 8, 0xFF).Should().Be(double.NaN);
        Same(Decode(DLDataTypeCode.kDLFloat8_e4m3fn, 8, 0x80), -0.0, 0x80);
        Decode(DLDataTypeCode.kDLFloat8_e4m3fnuz, 8, 0x80).Should().Be(double.NaN);
        Decode(DLDataTypeCode.kDLFloat8_e4m3b11fnuz, 8, 0x80).Should().Be(double.NaN);
        Decode(DLDataTypeCode.kDLFloat8_e5m2fnuz, 8, 0x80).Should().Be(double.NaN);
    }

    [Fact]
    public void Float4_is_sixteen_numbers()
    {
        double[] positive = [0, 0.5, 1, 1.5, 2, 3, 4, 6];
        for (int raw = 0; raw < 8; raw++)
        {
            Same(Decode(DLDataTypeCode.kDLFloat4_e2m1fn, 4, raw), positive[raw], raw);
            Same(Decode(DLDataTypeCode.kDLFloat4_e2m1fn, 4, raw | 8), -positive[raw], raw | 8);
        }
    }

    [Fact]
    public void E8m0_is_a_power_of_two()
    {
        for (int raw = 0; raw < 255; raw++)
        {
            Decode(DLDataTypeCode.kDLFloat8_e8m0fnu, 8, raw).Should().Be(Math.ScaleB(1, raw - 127));
        }

        Decode(DLDataTypeCode.kDLFloat8_e8m0fnu, 8, 255).Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(0xFUL, 4, -1)]
    [InlineData(0x7UL, 4, 7)]
    [InlineData(0x80UL, 8, -128)]
    [InlineData(ulong.MaxValue, 64, -1)]
    [InlineData(1UL, 1, -1)]
    public void Integers_extend_their_sign(ulong raw, int bits, long expected) =>
        ScalarDecoder.ToInt64(raw, bits).Should().Be(expected);

    private static double Decode(DLDataTypeCode code, int bits, int raw) =>
        ScalarDecoder.ToDouble(code, bits, (uint)raw);

    /// <summary>Equal, telling negative zero from zero but no NaN from another.</summary>
    private static void Same(double actual, double expected, int raw)
    {
        bool same = double.IsNaN(expected)
            ? double.IsNaN(actual)
            : BitConverter.DoubleToInt64Bits(actual) == BitConverter.DoubleToInt64Bits(expected);
        same.Should().BeTrue("code {0:x} is {1}, not {2}", raw, expected, actual);
    }
}
