namespace DlPackNet.Text;

/// <summary>Prints complex numbers; real and imaginary parts are columns of their own.</summary>
internal static class ComplexText
{
    /// <summary>Prints a number that stands alone, as Python does: "(1+2j)", or "2j" without a real part.</summary>
    public static string Scalar(double real, double imaginary, FloatPrecision precision)
    {
        bool isImaginary = BitConverter.DoubleToInt64Bits(real) == 0;
        string last = FloatText.ScalarPart(imaginary, precision, alwaysSigned: !isImaginary) + "j";
        return isImaginary ? last : "(" + FloatText.ScalarPart(real, precision, alwaysSigned: false) + last + ")";
    }

    /// <summary>Prints numbers below each other.</summary>
    public static string[] Column(double[] real, double[] imaginary, FloatPrecision precision)
    {
        string[] words = FloatText.Column(real, precision);
        string[] last = FloatText.Column(imaginary, precision, alwaysSigned: true);
        for (int i = 0; i < words.Length; i++)
        {
            // The unit follows the last digit; the padding that lines the digits up comes after it.
            words[i] += last[i].Insert(last[i].TrimEnd().Length, "j");
        }

        return words;
    }
}
