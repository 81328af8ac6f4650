using System.Numerics;

namespace DlPackNet.Text;

/// <summary>A float as an exact fraction of big integers, from which decimal digits are taken one by one.</summary>
internal struct DecimalRatio
{
    private readonly BigInteger _denominator;
    private readonly bool _isEven;
    private BigInteger _rest;
    private BigInteger _toLower;
    private BigInteger _toHigher;

    private DecimalRatio(BigInteger numerator, BigInteger denominator, BigInteger toLower, BigInteger toHigher,
        int exponent, bool isEven)
    {
        _rest = numerator;
        _denominator = denominator;
        _toLower = toLower;
        _toHigher = toHigher;
        Exponent = exponent;
        _isEven = isEven;
    }

    /// <summary>The power of ten that the first digit counts.</summary>
    public int Exponent { get; }

    /// <summary>Prepares a finite number above 0, which must be one of its type's.</summary>
    public static DecimalRatio Of(double value, FloatPrecision precision)
    {
        (long significand, int exponent) = Split(value, precision);

        // Half the way to either neighbour, as a fraction of the same denominator. Below a power of two the numbers
        // lie twice as close, except where they cannot come any closer. All is quadrupled to keep this whole.
        bool isPowerOfTwo = significand == 1L << (precision.SignificandBits - 1)
            && exponent > precision.MinimumExponent;
        BigInteger scale = BigInteger.One << Math.Max(exponent, 0);
        BigInteger numerator = 4 * significand * scale;
        BigInteger toHigher = 2 * scale;
        BigInteger toLower = isPowerOfTwo ? scale : toHigher;
        BigInteger denominator = new BigInteger(4) << Math.Max(-exponent, 0);

        // The logarithm may be off by one next to a power of ten; the integers are not.
        int tens = (int)Math.Floor(Math.Log10(value));
        BigInteger power = BigInteger.Pow(10, Math.Abs(tens));
        if (tens >= 0)
        {
            denominator *= power;
        }
        else
        {
            numerator *= power;
            toLower *= power;
            toHigher *= power;
        }

        if (numerator >= 10 * denominator)
        {
            denominator *= 10;
            tens++;
        }
        else if (numerator < denominator)
        {
            numerator *= 10;
            toLower *= 10;
            toHigher *= 10;
            tens--;
        }

        return new DecimalRatio(numerator, denominator, toLower, toHigher, tens, (significand & 1) == 0);
    }

    /// <summary>Takes the next digit.</summary>
    /// <param name="lowIsClose">Whether the digits up to this one alone are read back as the number.</param>
    /// <param name="highIsClose">Whether the digits with this one increased are read back as the number.</param>
    public int TakeDigit(out bool lowIsClose, out bool highIsClose)
    {
        int digit = (int)BigInteger.DivRem(_rest, _denominator, out BigInteger rest);

        // Readers round halves to even, so an even number also owns the points half way to its neighbours.
        int low = rest.CompareTo(_toLower);
        int high = (rest + _toHigher).CompareTo(_denominator);
        lowIsClose = low < 0 || (_isEven && low == 0);
        highIsClose = high > 0 || (_isEven && high == 0);

        _rest = rest * 10;
        _toLower *= 10;
        _toHigher *= 10;
        return digit;
    }

    /// <summary>Whether what is left after <paramref name="digit"/> is more than its half, halves to even.</summary>
    public readonly bool RestRoundsUp(int digit)
    {
        int half = _rest.CompareTo(5 * _denominator);
        return half > 0 || (half == 0 && (digit & 1) != 0);
    }

    /// <summary>Splits into significand times a power of two, as the type itself stores it.</summary>
    private static (long Significand, int Exponent) Split(double value, FloatPrecision precision)
    {
        long raw = BitConverter.DoubleToInt64Bits(value);
        long significand = raw & 0xF_FFFF_FFFF_FFFF;
        int field = (int)(raw >> 52) & 0x7FF;
        if (field == 0)
        {
            // A subnormal double; the numbers of all narrower types are normal doubles.
            return (significand, -1074);
        }

        significand |= 1L << 52;
        int exponent = field - 1075;
        int own = Math.Max(exponent + 53 - precision.SignificandBits, precision.MinimumExponent);
        return (significand >> (own - exponent), own);
    }
}
