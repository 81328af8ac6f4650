namespace DlPackNet.Interop;

public partial struct DLDataType
{
    /// <summary>1-byte boolean.</summary>
    public static DLDataType Bool => new(DLDataTypeCode.kDLBool, 8);

    /// <summary>8-bit signed integer.</summary>
    public static DLDataType Int8 => new(DLDataTypeCode.kDLInt, 8);

    /// <summary>16-bit signed integer.</summary>
    public static DLDataType Int16 => new(DLDataTypeCode.kDLInt, 16);

    /// <summary>32-bit signed integer.</summary>
    public static DLDataType Int32 => new(DLDataTypeCode.kDLInt, 32);

    /// <summary>64-bit signed integer.</summary>
    public static DLDataType Int64 => new(DLDataTypeCode.kDLInt, 64);

    /// <summary>8-bit unsigned integer.</summary>
    public static DLDataType UInt8 => new(DLDataTypeCode.kDLUInt, 8);

    /// <summary>16-bit unsigned integer.</summary>
    public static DLDataType UInt16 => new(DLDataTypeCode.kDLUInt, 16);

    /// <summary>32-bit unsigned integer.</summary>
    public static DLDataType UInt32 => new(DLDataTypeCode.kDLUInt, 32);

    /// <summary>64-bit unsigned integer.</summary>
    public static DLDataType UInt64 => new(DLDataTypeCode.kDLUInt, 64);

    /// <summary>Half precision.</summary>
    public static DLDataType Float16 => new(DLDataTypeCode.kDLFloat, 16);

    /// <summary>Single precision.</summary>
    public static DLDataType Float32 => new(DLDataTypeCode.kDLFloat, 32);

    /// <summary>Double precision.</summary>
    public static DLDataType Float64 => new(DLDataTypeCode.kDLFloat, 64);

    /// <summary>Brain float; over <see cref="ushort"/> where .NET has no such type.</summary>
    public static DLDataType BFloat16 => new(DLDataTypeCode.kDLBfloat, 16);

    /// <summary>Two half-precision parts.</summary>
    public static DLDataType Complex32 => new(DLDataTypeCode.kDLComplex, 32);

    /// <summary>Two single-precision parts.</summary>
    public static DLDataType Complex64 => new(DLDataTypeCode.kDLComplex, 64);

    /// <summary>Two double-precision parts: <c>System.Numerics.Complex</c>.</summary>
    public static DLDataType Complex128 => new(DLDataTypeCode.kDLComplex, 128);

    /// <summary>8-bit float e3m4; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E3M4 => new(DLDataTypeCode.kDLFloat8_e3m4, 8);

    /// <summary>8-bit float e4m3; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E4M3 => new(DLDataTypeCode.kDLFloat8_e4m3, 8);

    /// <summary>8-bit float e4m3b11fnuz; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E4M3B11FNUZ => new(DLDataTypeCode.kDLFloat8_e4m3b11fnuz, 8);

    /// <summary>8-bit float e4m3fn; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E4M3FN => new(DLDataTypeCode.kDLFloat8_e4m3fn, 8);

    /// <summary>8-bit float e4m3fnuz; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E4M3FNUZ => new(DLDataTypeCode.kDLFloat8_e4m3fnuz, 8);

    /// <summary>8-bit float e5m2; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E5M2 => new(DLDataTypeCode.kDLFloat8_e5m2, 8);

    /// <summary>8-bit float e5m2fnuz; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E5M2FNUZ => new(DLDataTypeCode.kDLFloat8_e5m2fnuz, 8);

    /// <summary>8-bit float e8m0fnu; over <see cref="byte"/>.</summary>
    public static DLDataType Float8E8M0FNU => new(DLDataTypeCode.kDLFloat8_e8m0fnu, 8);

    /// <summary>6-bit float e2m3fn; packed, 4 elements in 3 bytes.</summary>
    public static DLDataType Float6E2M3FN => new(DLDataTypeCode.kDLFloat6_e2m3fn, 6);

    /// <summary>6-bit float e3m2fn; packed, 4 elements in 3 bytes.</summary>
    public static DLDataType Float6E3M2FN => new(DLDataTypeCode.kDLFloat6_e3m2fn, 6);

    /// <summary>4-bit float e2m1fn; packed, 2 elements in a byte.</summary>
    public static DLDataType Float4E2M1FN => new(DLDataTypeCode.kDLFloat4_e2m1fn, 4);
}
