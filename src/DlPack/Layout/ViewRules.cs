using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>Which .NET types may view a tensor of which dtype.</summary>
internal static unsafe class ViewRules
{
    /// <summary>Whether contiguous elements of a dtype may be seen as <typeparamref name="T"/>.</summary>
    public static bool CanBeSeenAs<T>(DLDataType dtype, bool padded, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        if (ElementInfo<T>.IsScalar && ElementInfo<T>.NaturalDType == dtype)
        {
            return true;
        }

        ElementInfo natural = ElementInfo<T>.Natural;
        int itemSize = DTypes.ItemSize(dtype, padded);

        // Lanes are values of their own; a dtype that .NET has no type for is just bits of that size.
        DLDataType lane = new(dtype.code, dtype.bits);
        if (!HasClrType(lane) && sizeof(T) == Math.Max(1, itemSize))
        {
            return true;
        }

        bool isScalar = natural.IsKnown && natural.InnerShape.Length == 0;
        if (isScalar || itemSize == 0 || (natural.IsKnown && natural.DType != lane))
        {
            return isScalar && natural.DType == lane;
        }

        // A struct covers whole trailing dimensions, or lies exactly over one element.
        long covered = itemSize;
        for (int i = shape.Length - 1; covered < sizeof(T) && covered != 0 && i >= 0; i--)
        {
            covered *= shape[i];
        }

        // No elements can be seen as anything of their kind.
        return covered == sizeof(T) || covered == 0;
    }

    /// <summary>What to ask for instead.</summary>
    public static string WayOut(DLDataType dtype)
    {
        DLDataType lane = new(dtype.code, dtype.bits);
        if (ClrName(lane) is { } name)
        {
            return $"Ask for {name}; to look at the same bits as another type, use MemoryMarshal.Cast on that span.";
        }

        return dtype.IsSubByte
            ? "Ask for byte: the elements are packed into bytes."
            : $".NET has no type for it: ask for any type of {dtype.BytesPerElement} bytes, such as "
                + dtype.BytesPerElement switch
                {
                    1 => "byte.",
                    2 => "ushort.",
                    4 => "uint.",
                    8 => "ulong.",
                    _ => "a struct.",
                };
    }

    private static bool HasClrType(DLDataType dtype) => ClrName(dtype) is not null;

    private static string? ClrName(DLDataType dtype) => (dtype.code, dtype.bits) switch
    {
        (DLDataTypeCode.kDLBool, 8) => "bool",
        (DLDataTypeCode.kDLInt, 8) => "sbyte",
        (DLDataTypeCode.kDLInt, 16) => "short",
        (DLDataTypeCode.kDLInt, 32) => "int",
        (DLDataTypeCode.kDLInt, 64) => "long",
        (DLDataTypeCode.kDLUInt, 8) => "byte",
        (DLDataTypeCode.kDLUInt, 16) => "ushort",
        (DLDataTypeCode.kDLUInt, 32) => "uint",
        (DLDataTypeCode.kDLUInt, 64) => "ulong",
        (DLDataTypeCode.kDLFloat, 16) => ClrTypes.HasHalf ? "Half" : null,
        (DLDataTypeCode.kDLFloat, 32) => "float",
        (DLDataTypeCode.kDLFloat, 64) => "double",
        (DLDataTypeCode.kDLComplex, 128) => "System.Numerics.Complex",
        _ => null,
    };
}
