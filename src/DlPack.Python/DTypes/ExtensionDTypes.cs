using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The dtypes that the package ml_dtypes adds to NumPy, by their names.</summary>
internal static class ExtensionDTypes
{
    /// <summary>Finds one.</summary>
    /// <param name="name">As NumPy's <c>dtype.name</c> has it.</param>
    /// <param name="dtype">What it is.</param>
    /// <param name="isPadded">Whether an element narrower than a byte takes a byte, as it always does in NumPy.</param>
    public static bool TryGet(string name, out DLDataType dtype, out bool isPadded)
    {
        DLDataType? found = name switch
        {
            "bfloat16" => DLDataType.BFloat16,
            "float8_e3m4" => DLDataType.Float8E3M4,
            "float8_e4m3" => DLDataType.Float8E4M3,
            "float8_e4m3b11fnuz" => DLDataType.Float8E4M3B11FNUZ,
            "float8_e4m3fn" => DLDataType.Float8E4M3FN,
            "float8_e4m3fnuz" => DLDataType.Float8E4M3FNUZ,
            "float8_e5m2" => DLDataType.Float8E5M2,
            "float8_e5m2fnuz" => DLDataType.Float8E5M2FNUZ,
            "float8_e8m0fnu" => DLDataType.Float8E8M0FNU,
            "float6_e2m3fn" => DLDataType.Float6E2M3FN,
            "float6_e3m2fn" => DLDataType.Float6E3M2FN,
            "float4_e2m1fn" => DLDataType.Float4E2M1FN,
            "int1" => new DLDataType(DLDataTypeCode.kDLInt, 1),
            "int2" => new DLDataType(DLDataTypeCode.kDLInt, 2),
            "int4" => new DLDataType(DLDataTypeCode.kDLInt, 4),
            "uint1" => new DLDataType(DLDataTypeCode.kDLUInt, 1),
            "uint2" => new DLDataType(DLDataTypeCode.kDLUInt, 2),
            "uint4" => new DLDataType(DLDataTypeCode.kDLUInt, 4),
            _ => null,
        };
        dtype = found.GetValueOrDefault();
        isPadded = dtype.IsSubByte;
        return found is not null;
    }
}
