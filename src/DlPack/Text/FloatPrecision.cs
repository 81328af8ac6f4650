using DlPackNet.Interop;

namespace DlPackNet.Text;

/// <summary>How finely a float type divides the numbers: what decides how many digits tell two apart.</summary>
internal readonly struct FloatPrecision
{
    private FloatPrecision(int significandBits, int minimumExponent)
    {
        SignificandBits = significandBits;
        MinimumExponent = minimumExponent;
    }

    /// <summary>The bits of a normal number's significand, the implied one included.</summary>
    public int SignificandBits { get; }

    /// <summary>The smallest subnormal number is 2 to this power.</summary>
    public int MinimumExponent { get; }

    /// <summary>The precision to print a float type with.</summary>
    /// <remarks>
    /// Types that are neither half nor double print like float32: 448 is the name of a value of float8_e4m3fn, though
    /// "4.5e2" would do to tell it from its neighbours.
    /// </remarks>
    public static FloatPrecision Of(DLDataTypeCode code, int bits) => (code, bits) switch
    {
        (DLDataTypeCode.kDLFloat, 16) => new FloatPrecision(11, -24),
        (DLDataTypeCode.kDLFloat, 64) => new FloatPrecision(53, -1074),
        _ => new FloatPrecision(24, -149),
    };
}
