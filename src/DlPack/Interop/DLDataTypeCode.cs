namespace DlPackNet.Interop;

/// <summary>What the bits of an element mean (C: <c>DLDataTypeCode</c>, stored in one byte).</summary>
/// <remarks>A newer producer may send values that have no name here.</remarks>
public enum DLDataTypeCode : byte
{
    /// <summary>Signed integer.</summary>
    kDLInt = 0,

    /// <summary>Unsigned integer.</summary>
    kDLUInt = 1,

    /// <summary>IEEE 754 floating point.</summary>
    kDLFloat = 2,

    /// <summary>An opaque handle, for tests only.</summary>
    kDLOpaqueHandle = 3,

    /// <summary>Brain floating point: the upper half of a float32.</summary>
    kDLBfloat = 4,

    /// <summary>Complex number; the bits count both parts.</summary>
    kDLComplex = 5,

    /// <summary>Boolean, one byte each.</summary>
    kDLBool = 6,

    /// <summary>8-bit float, 3 exponent and 4 mantissa bits.</summary>
    kDLFloat8_e3m4 = 7,

    /// <summary>8-bit float, 4 exponent and 3 mantissa bits, IEEE-like.</summary>
    kDLFloat8_e4m3 = 8,

    /// <summary>8-bit float e4m3, bias 11, finite, no negative zero.</summary>
    kDLFloat8_e4m3b11fnuz = 9,

    /// <summary>8-bit float e4m3, finite, with NaN.</summary>
    kDLFloat8_e4m3fn = 10,

    /// <summary>8-bit float e4m3, finite, no negative zero.</summary>
    kDLFloat8_e4m3fnuz = 11,

    /// <summary>8-bit float, 5 exponent and 2 mantissa bits, IEEE-like.</summary>
    kDLFloat8_e5m2 = 12,

    /// <summary>8-bit float e5m2, finite, no negative zero.</summary>
    kDLFloat8_e5m2fnuz = 13,

    /// <summary>8 exponent bits and nothing else: a power of two.</summary>
    kDLFloat8_e8m0fnu = 14,

    /// <summary>6-bit float, 2 exponent and 3 mantissa bits.</summary>
    kDLFloat6_e2m3fn = 15,

    /// <summary>6-bit float, 3 exponent and 2 mantissa bits.</summary>
    kDLFloat6_e3m2fn = 16,

    /// <summary>4-bit float, 2 exponent bits and 1 mantissa bit.</summary>
    kDLFloat4_e2m1fn = 17,

    /// <summary>Complex number of two brain floats (added after 1.3).</summary>
    kDLBcomplex = 18,
}
