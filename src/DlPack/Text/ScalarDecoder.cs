using DlPackNet.Interop;

namespace DlPackNet.Text;

/// <summary>Turns the bits of an element into a number.</summary>
internal static class ScalarDecoder
{
    /// <summary>Whether the type is a real float that can be decoded.</summary>
    public static bool IsFloat(DLDataTypeCode code, int bits) =>
        (code, bits) is (DLDataTypeCode.kDLFloat, 64) or (DLDataTypeCode.kDLFloat8_e8m0fnu, 8)
        || FloatEncoding.Of(code, bits) is not null;

    /// <summary>Decodes a float for which <see cref="IsFloat"/> holds; a double holds all of them exactly.</summary>
    public static double ToDouble(DLDataTypeCode code, int bits, ulong raw) => (code, bits) switch
    {
        (DLDataTypeCode.kDLFloat, 64) => BitConverter.Int64BitsToDouble((long)raw),
        (DLDataTypeCode.kDLFloat8_e8m0fnu, 8) => DecodePowerOfTwo(raw),
        _ => FloatEncoding.Of(code, bits)!.Value.Decode(raw),
    };

    /// <summary>Extends the sign of an integer of 1 to 64 bits.</summary>
    public static long ToInt64(ulong raw, int bits) => (long)(raw << (64 - bits)) >> (64 - bits);

    /// <summary>
    /// e8m0fnu, the scale factor of microscaling formats: nothing but an exponent with bias 127. No sign, no zero,
    /// no infinity; 255 is NaN.
    /// </summary>
    private static double DecodePowerOfTwo(ulong raw) =>
        raw == 0xFF ? double.NaN : FloatEncoding.PowerOfTwo((int)raw - 127);
}
