using DlPackNet.Interop;

namespace DlPackNet.Text;

/// <summary>How a float of up to 32 bits is written: sign, exponent field, mantissa field, from the top.</summary>
/// <remarks>
/// Names say it all: eXmY has X exponent and Y mantissa bits; "fn" is finite with NaN (or, in 6 and 4 bits, finite
/// without), "fnuz" finite with NaN in place of negative zero, "b11" a bias of 11. Sources: IEEE 754, the OCP 8-bit
/// and microscaling specifications (OFP8, MX 1.0), and https://github.com/jax-ml/ml_dtypes for the others.
/// </remarks>
internal readonly struct FloatEncoding
{
    private readonly int _exponentBits;
    private readonly int _mantissaBits;
    private readonly int _bias;
    private readonly Specials _specials;

    private FloatEncoding(int exponentBits, int mantissaBits, int bias, Specials specials)
    {
        _exponentBits = exponentBits;
        _mantissaBits = mantissaBits;
        _bias = bias;
        _specials = specials;
    }

    private enum Specials
    {
        /// <summary>The highest exponent is infinity (mantissa 0) or NaN, as in IEEE 754.</summary>
        InfinityAndNaN,

        /// <summary>Only the highest exponent with the highest mantissa is NaN; there is no infinity.</summary>
        OneNaN,

        /// <summary>The code of negative zero is the only NaN; there is no infinity and no negative zero.</summary>
        NaNAtNegativeZero,

        /// <summary>Every code is a number.</summary>
        None,
    }

    /// <summary>The encoding of a type, or null where it has none.</summary>
    /// <remarks>
    /// The customary bias is half the exponent's range, 2^(bits - 1) - 1. The fnuz types have one more, so that they
    /// reach as far as their IEEE-like relatives without needing the highest exponent for infinity.
    /// </remarks>
    public static FloatEncoding? Of(DLDataTypeCode code, int bits) => (code, bits) switch
    {
        (DLDataTypeCode.kDLFloat, 16) => new(5, 10, 15, Specials.InfinityAndNaN),
        (DLDataTypeCode.kDLFloat, 32) => new(8, 23, 127, Specials.InfinityAndNaN),
        (DLDataTypeCode.kDLBfloat, 16) => new(8, 7, 127, Specials.InfinityAndNaN),
        (DLDataTypeCode.kDLFloat8_e3m4, 8) => new(3, 4, 3, Specials.InfinityAndNaN),
        (DLDataTypeCode.kDLFloat8_e4m3, 8) => new(4, 3, 7, Specials.InfinityAndNaN),
        (DLDataTypeCode.kDLFloat8_e4m3b11fnuz, 8) => new(4, 3, 11, Specials.NaNAtNegativeZero),
        (DLDataTypeCode.kDLFloat8_e4m3fn, 8) => new(4, 3, 7, Specials.OneNaN),
        (DLDataTypeCode.kDLFloat8_e4m3fnuz, 8) => new(4, 3, 8, Specials.NaNAtNegativeZero),
        (DLDataTypeCode.kDLFloat8_e5m2, 8) => new(5, 2, 15, Specials.InfinityAndNaN),
        (DLDataTypeCode.kDLFloat8_e5m2fnuz, 8) => new(5, 2, 16, Specials.NaNAtNegativeZero),
        (DLDataTypeCode.kDLFloat6_e2m3fn, 6) => new(2, 3, 1, Specials.None),
        (DLDataTypeCode.kDLFloat6_e3m2fn, 6) => new(3, 2, 3, Specials.None),
        (DLDataTypeCode.kDLFloat4_e2m1fn, 4) => new(2, 1, 1, Specials.None),
        _ => null,
    };

    /// <summary>Decodes a number; bits above its width must be zero.</summary>
    public double Decode(ulong raw)
    {
        int mantissa = (int)(raw & ((1UL << _mantissaBits) - 1));
        int highestExponent = (1 << _exponentBits) - 1;
        int exponent = (int)(raw >> _mantissaBits) & highestExponent;
        bool isNegative = ((raw >> (_mantissaBits + _exponentBits)) & 1) != 0;

        double magnitude;
        if (_specials == Specials.NaNAtNegativeZero && isNegative && exponent == 0 && mantissa == 0)
        {
            return double.NaN;
        }
        else if (_specials == Specials.OneNaN && exponent == highestExponent && mantissa == (1 << _mantissaBits) - 1)
        {
            return double.NaN;
        }
        else if (_specials == Specials.InfinityAndNaN && exponent == highestExponent)
        {
            magnitude = mantissa == 0 ? double.PositiveInfinity : double.NaN;
        }
        else
        {
            // Exponent 0 is subnormal: the power of two of exponent 1, without the implied leading bit.
            int significand = exponent == 0 ? mantissa : mantissa | (1 << _mantissaBits);
            magnitude = significand * PowerOfTwo(Math.Max(exponent, 1) - _bias - _mantissaBits);
        }

        return isNegative ? -magnitude : magnitude;
    }

    /// <summary>A power of two from -1022 to 1023, exact, which <see cref="Math.Pow"/> does not promise.</summary>
    public static double PowerOfTwo(int exponent) => BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
}
