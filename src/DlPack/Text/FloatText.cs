namespace DlPackNet.Text;

/// <summary>Prints floats, alone or in a column with a common decimal point.</summary>
internal static class FloatText
{
    /// <summary>The most digits after the decimal point.</summary>
    private const int MaxFraction = 8;

    /// <summary>Prints a number that stands alone, with all the digits that it needs.</summary>
    public static string Scalar(double value, FloatPrecision precision)
    {
        string text = ScalarPart(value, precision, alwaysSigned: false);
        return IsFinite(value) && text.IndexOfAny(['.', 'e']) < 0 ? text + ".0" : text;
    }

    /// <summary>As <see cref="Scalar"/>, but whole numbers have no decimal point, as in a complex number.</summary>
    public static string ScalarPart(double value, FloatPrecision precision, bool alwaysSigned)
    {
        string sign = Sign(value, alwaysSigned);
        if (!IsFinite(value))
        {
            return sign + NonFinite(value);
        }

        double magnitude = Math.Abs(value);
        bool scientific = magnitude != 0 && magnitude is < 1e-4 or >= 1e16;
        var digits = DecimalDigits.Of(
            magnitude, precision, scientific, DecimalDigits.FewestDigits, DecimalDigits.AnyDigits);
        return sign + (scientific
            ? digits.ToScientific(0, digits.ExponentLength).Replace(".e", "e")
            : digits.ToPositional().TrimEnd('.'));
    }

    /// <summary>Prints numbers below each other: all with exponents or none.</summary>
    public static string[] Column(double[] values, FloatPrecision precision, bool alwaysSigned = false)
    {
        string[] words = NeedsExponents(values, precision)
            ? Scientific(values, precision)
            : Positional(values, precision);
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = Sign(values[i], alwaysSigned) + words[i];
        }

        return TextColumn.AlignRight(words);
    }

    private static bool NeedsExponents(double[] values, FloatPrecision precision)
    {
        double smallest = double.PositiveInfinity;
        double largest = 0;
        foreach (double value in values)
        {
            double magnitude = Math.Abs(value);
            if (magnitude > 0 && IsFinite(value))
            {
                smallest = Math.Min(smallest, magnitude);
                largest = Math.Max(largest, magnitude);
            }
        }

        // NumPy divides in the tensor's own type, where what exceeds 1000 by less than half a step is 1000.
        double limit = 1000 + Math.Pow(2, 9 - precision.SignificandBits);
        return largest > 0 && (largest >= 1e8 || smallest < 1e-4 || largest / smallest > limit);
    }

    private static string[] Positional(double[] values, FloatPrecision precision)
    {
        // NumPy shows whole digits exactly here even where fewer would tell numbers apart: 65504, not 65500.
        string[] words = Map(values, value => DecimalDigits.Of(value, precision, false, 0, MaxFraction).ToPositional());

        int fraction = 0;
        foreach (string word in words)
        {
            fraction = Math.Max(fraction, FractionLength(word));
        }

        for (int i = 0; i < words.Length; i++)
        {
            if (IsFinite(values[i]))
            {
                words[i] = words[i].PadRight(words[i].Length + fraction - FractionLength(words[i]));
            }
        }

        return words;
    }

    private static string[] Scientific(double[] values, FloatPrecision precision)
    {
        int fraction = 0;
        int exponent = 0;
        foreach (double value in values)
        {
            if (IsFinite(value))
            {
                var digits = DecimalDigits.Of(
                    Math.Abs(value), precision, true, DecimalDigits.FewestDigits, MaxFraction);
                fraction = Math.Max(fraction, digits.FractionLength);
                exponent = Math.Max(exponent, digits.ExponentLength);
            }
        }

        // All numbers get the digits of the longest, and these are true digits, not zeros: 0.1f becomes 1.00000001e-01.
        return Map(values, value =>
            DecimalDigits.Of(value, precision, true, fraction, fraction).ToScientific(fraction, exponent));
    }

    private static string[] Map(double[] values, Func<double, string> writeMagnitude)
    {
        var words = new string[values.Length];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = IsFinite(values[i]) ? writeMagnitude(Math.Abs(values[i])) : NonFinite(values[i]);
        }

        return words;
    }

    private static int FractionLength(string word)
    {
        int point = word.IndexOf('.');
        return point < 0 ? 0 : word.Length - 1 - point;
    }

    private static string Sign(double value, bool alwaysSigned)
    {
        // Negative zero has a sign, NaN's is not shown.
        bool isNegative = !double.IsNaN(value) && BitConverter.DoubleToInt64Bits(value) < 0;
        return isNegative ? "-" : alwaysSigned ? "+" : "";
    }

    private static string NonFinite(double value) => double.IsNaN(value) ? "nan" : "inf";

    private static bool IsFinite(double value) => !double.IsNaN(value) && !double.IsInfinity(value);
}
