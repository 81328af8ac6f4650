using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The typestr of the array interfaces: byte order, kind, size in bytes.</summary>
internal static class TypeString
{
    /// <summary>The typestr of a dtype, or null if it has none.</summary>
    public static string? Of(DLDataType dtype)
    {
        char? kind = dtype.code switch
        {
            DLDataTypeCode.kDLBool when dtype.bits == 8 => 'b',
            DLDataTypeCode.kDLInt when dtype.bits is 8 or 16 or 32 or 64 => 'i',
            DLDataTypeCode.kDLUInt when dtype.bits is 8 or 16 or 32 or 64 => 'u',
            DLDataTypeCode.kDLFloat when dtype.bits is 16 or 32 or 64 => 'f',
            DLDataTypeCode.kDLComplex when dtype.bits is 64 or 128 => 'c',
            _ => null,
        };
        char order = dtype.bits == 8 ? '|' : BitConverter.IsLittleEndian ? '<' : '>';
        return kind is null || dtype.lanes != 1 ? null : FormattableString.Invariant($"{order}{kind}{dtype.bits / 8}");
    }

    /// <summary>The dtype of a kind and a size in bytes.</summary>
    public static DLDataType? Parse(char kind, long size)
    {
        DLDataTypeCode? code = kind switch
        {
            'b' when size == 1 => DLDataTypeCode.kDLBool,
            'i' when size is 1 or 2 or 4 or 8 => DLDataTypeCode.kDLInt,
            'u' when size is 1 or 2 or 4 or 8 => DLDataTypeCode.kDLUInt,
            'f' when size is 2 or 4 or 8 => DLDataTypeCode.kDLFloat,
            'c' when size is 8 or 16 => DLDataTypeCode.kDLComplex,
            _ => null,
        };
        return code is { } found ? new DLDataType(found, (byte)(size * 8)) : null;
    }
}
