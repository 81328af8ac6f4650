using System.Globalization;
using System.Text;

namespace DlPackNet.Text;

/// <summary>The decimal digits of a float: 31416 with exponent 0 is 3.1416.</summary>
/// <remarks>
/// Computed by exact integer arithmetic (Steele and White's free-format algorithm), because the runtimes differ in
/// what they print, and none rounds a half at the eighth digit as NumPy does.
/// </remarks>
internal readonly struct DecimalDigits
{
    /// <summary>As minimum: as few digits as tell the number from its neighbours.</summary>
    public const int FewestDigits = -10_000;

    /// <summary>As maximum: as many digits as it takes to tell the number from its neighbours.</summary>
    public const int AnyDigits = 10_000;

    private readonly string _digits;
    private readonly int _exponent;

    private DecimalDigits(string digits, int exponent)
    {
        _digits = digits;
        _exponent = exponent;
    }

    /// <summary>How many digits follow the first.</summary>
    public int FractionLength => _digits.Length - 1;

    /// <summary>How many digits the exponent takes, at least two.</summary>
    public int ExponentLength => Math.Abs(_exponent) >= 100 ? 3 : 2;

    /// <summary>Finds the digits of a finite number of 0 or more, without zeros at the end.</summary>
    /// <param name="value">The number.</param>
    /// <param name="precision">The type whose neighbouring numbers must stay apart.</param>
    /// <param name="scientific">Whether places are counted from the first digit, not from the decimal point.</param>
    /// <param name="minimum">Digits up to this decimal place are exact, even if fewer would do.</param>
    /// <param name="maximum">The last decimal place, where the exact value is rounded, halves to even.</param>
    public static DecimalDigits Of(double value, FloatPrecision precision, bool scientific, int minimum, int maximum)
    {
        if (value == 0)
        {
            return new DecimalDigits("0", 0);
        }

        var ratio = DecimalRatio.Of(value, precision);
        int exponent = ratio.Exponent;
        int origin = scientific ? exponent : 0;
        var digits = new StringBuilder();
        for (int place = exponent; ; place--)
        {
            int digit = ratio.TakeDigit(out bool lowIsClose, out bool highIsClose);
            if (((lowIsClose || highIsClose) && place <= origin - minimum) || place == origin - maximum)
            {
                bool roundsUp = lowIsClose == highIsClose ? ratio.RestRoundsUp(digit) : highIsClose;
                digits.Append((char)('0' + digit));
                return roundsUp ? Increment(digits, exponent) : Trim(digits, exponent);
            }

            digits.Append((char)('0' + digit));
        }
    }

    /// <summary>Writes the number without exponent: "1.5", "12.", "0.001".</summary>
    public string ToPositional()
    {
        string whole = _exponent < 0
            ? "0"
            : _digits.Substring(0, Math.Min(_exponent + 1, _digits.Length)).PadRight(_exponent + 1, '0');
        string fraction = _exponent < 0
            ? new string('0', -_exponent - 1) + _digits
            : _digits.Substring(Math.Min(_exponent + 1, _digits.Length));
        return whole + "." + fraction;
    }

    /// <summary>Writes the number with an exponent: "1.50e+03".</summary>
    public string ToScientific(int fractionLength, int exponentLength) =>
        _digits.Substring(0, 1) + "." + _digits.Substring(1).PadRight(fractionLength, '0')
        + (_exponent < 0 ? "e-" : "e+")
        + Math.Abs(_exponent).ToString(CultureInfo.InvariantCulture).PadLeft(exponentLength, '0');

    private static DecimalDigits Increment(StringBuilder digits, int exponent)
    {
        while (digits.Length > 0 && digits[digits.Length - 1] == '9')
        {
            digits.Length--;
        }

        if (digits.Length == 0)
        {
            return new DecimalDigits("1", exponent + 1);
        }

        digits[digits.Length - 1]++;
        return new DecimalDigits(digits.ToString(), exponent);
    }

    private static DecimalDigits Trim(StringBuilder digits, int exponent) =>
        new(digits.ToString().TrimEnd('0'), exponent);
}
