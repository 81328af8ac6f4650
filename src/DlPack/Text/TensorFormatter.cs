using System.Globalization;
using DlPackNet.Interop;

namespace DlPackNet.Text;

/// <summary>Prints the values of a tensor in memory of the main processor as NumPy's <c>str(array)</c> does.</summary>
/// <remarks>
/// <para>
/// The rules are those of NumPy 1.24 to 2.2 with default print options. NumPy 2.3 turns to exponents earlier for
/// float16 (at 1e3) and float32 (at 1e6); <c>numpy.set_printoptions(legacy='2.2')</c> undoes that. In arrays,
/// NumPy 2 compares in float32 where NumPy 1 and this class compare exactly: it shows the float32 next to 0.0001,
/// which is a little less, without an exponent.
/// </para>
/// <para>
/// What NumPy has no type for: brain floats and floats of 8 bits or fewer print like the float32 of the same value,
/// vector lanes as one more dimension, anything unknown as a hexadecimal number of full width. A tensor that even
/// shortened would print more than a hundred thousand values, or has more than 64 dimensions, prints "[...]" in
/// place of its inner dimensions.
/// </para>
/// </remarks>
internal static class TensorFormatter
{
    /// <summary>Prints a tensor; reads the shown elements and no others.</summary>
    /// <param name="data">The address of the first element; unused where there are no elements.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="shape">The extents in elements.</param>
    /// <param name="strides">As many strides, in elements.</param>
    /// <param name="padded">
    /// Whether elements that do not fill whole bytes start at a byte each; otherwise they are packed, least
    /// significant bits first.
    /// </param>
    public static unsafe string Format(
        byte* data, DLDataType dtype, ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, bool padded = false)
    {
        ShownElements shown = ShownElements.Of(dtype, shape, strides, padded);
        if (shown.IsEmpty)
        {
            // NumPy prints no dimensions here, whatever the shape.
            return "[]";
        }

        string[] words = shown.IsCut
            ? [.. shown.BitOffsets.Select(static _ => "[...]")]
            : Words(data, dtype, shown.BitOffsets, isScalar: shown.Counts.Length == 0);
        return new ArrayText(shown, words).Build();
    }

    private static unsafe string[] Words(byte* data, DLDataType dtype, long[] offsets, bool isScalar)
    {
        int bits = dtype.bits;
        switch (dtype.code)
        {
            case DLDataTypeCode.kDLInt when bits is > 0 and <= 64:
                return TextColumn.AlignRight(Map(data, offsets, bits, raw => ScalarDecoder.ToInt64(raw, bits)
                    .ToString(CultureInfo.InvariantCulture)));
            case DLDataTypeCode.kDLUInt when bits is > 0 and <= 64:
                return TextColumn.AlignRight(Map(data, offsets, bits, raw =>
                    raw.ToString(CultureInfo.InvariantCulture)));
            case DLDataTypeCode.kDLBool when bits is > 0 and <= 64:
                return TextColumn.AlignRight(
                    Map(data, offsets, bits, raw => raw != 0 ? "True" : "False"), isScalar ? 0 : "False".Length);
            case DLDataTypeCode.kDLComplex:
                return ComplexWords(data, DLDataTypeCode.kDLFloat, bits / 2, dtype, offsets, isScalar);
            case DLDataTypeCode.kDLBcomplex:
                return ComplexWords(data, DLDataTypeCode.kDLBfloat, bits / 2, dtype, offsets, isScalar);
            case var code when ScalarDecoder.IsFloat(code, bits):
                double[] values = Map(data, offsets, bits, raw => ScalarDecoder.ToDouble(code, bits, raw));
                FloatPrecision precision = FloatPrecision.Of(code, bits);
                return isScalar ? [FloatText.Scalar(values[0], precision)] : FloatText.Column(values, precision);
            default:
                return HexWords(data, bits, offsets);
        }
    }

    private static unsafe string[] ComplexWords(
        byte* data, DLDataTypeCode part, int bits, DLDataType dtype, long[] offsets, bool isScalar)
    {
        if (!ScalarDecoder.IsFloat(part, bits) || dtype.bits != 2 * bits)
        {
            return HexWords(data, dtype.bits, offsets);
        }

        FloatPrecision precision = FloatPrecision.Of(part, bits);
        double[] real = Map(data, offsets, bits, raw => ScalarDecoder.ToDouble(part, bits, raw));
        double[] imaginary = Map(
            data, [.. offsets.Select(offset => offset + bits)], bits, raw => ScalarDecoder.ToDouble(part, bits, raw));
        return isScalar
            ? [ComplexText.Scalar(real[0], imaginary[0], precision)]
            : ComplexText.Column(real, imaginary, precision);
    }

    private static unsafe string[] HexWords(byte* data, int bits, long[] offsets)
    {
        var words = new string[offsets.Length];
        for (int i = 0; i < words.Length; i++)
        {
            words[i] = BitReader.ReadHex(data, offsets[i], bits);
        }

        return words;
    }

    private static unsafe T[] Map<T>(byte* data, long[] offsets, int bits, Func<ulong, T> decode)
    {
        var values = new T[offsets.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = decode(BitReader.Read(data, offsets[i], bits));
        }

        return values;
    }
}
