using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>
/// What one .NET element is in a tensor: a dtype, and the extents that it adds behind the array's own.
/// </summary>
/// <remarks>
/// A float is (float32, []), a Vector3 is (float32, [3]), a 4-byte pixel lent as bytes is (uint8, [4]).
/// This is the one table between .NET types and dtypes. It knows types by identity or name, so that it needs no
/// reflection and no member of it can be trimmed away.
/// </remarks>
internal readonly struct ElementInfo
{
    private static readonly long[] _scalar = [];

    private ElementInfo(DLDataType dtype, params long[] innerShape)
    {
        DType = dtype;
        InnerShape = innerShape;
        ByteCount = dtype.BytesPerElement;
        foreach (long extent in innerShape)
        {
            ByteCount *= (int)extent;
        }
    }

    private ElementInfo(DLDataType dtype, int byteCount, long[] innerShape)
    {
        DType = dtype;
        InnerShape = innerShape;
        ByteCount = byteCount;
    }

    /// <summary>The dtype; all zero where the .NET type has none.</summary>
    public DLDataType DType { get; }

    /// <summary>The extents that a struct of several values adds; empty for scalars.</summary>
    public long[] InnerShape { get; }

    /// <summary>The size of the .NET element in bytes; 0 where it is not known.</summary>
    public int ByteCount { get; }

    /// <summary>
    /// Whether it is a byte of elements of another size, so that extents in bytes are no extents in elements.
    /// </summary>
    public bool IsRawByte => ByteCount == 1 && DType.BitsPerElement != 8;

    /// <summary>Whether the .NET type says by itself what it is.</summary>
    public bool IsKnown => DType.bits != 0;

    /// <summary>The natural meaning of a .NET type; not <see cref="IsKnown"/> where there is none.</summary>
    public static ElementInfo For(Type type) => Type.GetTypeCode(type) switch
    {
        TypeCode.Boolean => new(DLDataType.Bool, _scalar),
        TypeCode.SByte => new(DLDataType.Int8, _scalar),
        TypeCode.Int16 => new(DLDataType.Int16, _scalar),
        TypeCode.Int32 => new(DLDataType.Int32, _scalar),
        TypeCode.Int64 => new(DLDataType.Int64, _scalar),
        TypeCode.Byte => new(DLDataType.UInt8, _scalar),
        TypeCode.UInt16 or TypeCode.Char => new(DLDataType.UInt16, _scalar),
        TypeCode.UInt32 => new(DLDataType.UInt32, _scalar),
        TypeCode.UInt64 => new(DLDataType.UInt64, _scalar),
        TypeCode.Single => new(DLDataType.Float32, _scalar),
        TypeCode.Double => new(DLDataType.Float64, _scalar),
        TypeCode.Object => ForStruct(type),
        _ => new(default, _scalar),
    };

    /// <summary>
    /// The meaning of a .NET type of <paramref name="size"/> bytes as the caller wants it, or its natural one.
    /// </summary>
    /// <exception cref="ArgumentException">The type has no meaning, or the wanted one has another size.</exception>
    public static ElementInfo Resolve(ElementInfo natural, Type type, int size, DLDataType? wanted)
    {
        if (wanted is not { } dtype)
        {
            return natural.IsKnown ? natural : throw Unknown(type);
        }

        DTypes.Check(dtype, "dtype");
        int elementBits = dtype.BitsPerElement;
        if (elementBits == size * 8)
        {
            return new ElementInfo(dtype, size, _scalar);
        }

        if (natural.DType == DLDataType.UInt8 && natural.InnerShape.Length == 0)
        {
            // Raw bytes hold elements of any size, packed ones too.
            return new ElementInfo(dtype, size, _scalar);
        }

        if (size * 8 % elementBits == 0 && !(natural.IsKnown && natural.InnerShape.Length == 0))
        {
            // A struct holds several elements in a row.
            return new ElementInfo(dtype, size, [size * 8 / elementBits]);
        }

        throw new ArgumentException(
            $"dtype {dtype} has {elementBits} bits an element, but {type} has {size * 8}. "
            + "Pass a dtype of the element's size (a struct may also hold several elements of the dtype, and bytes any "
            + "number of them), or reinterpret the buffer first with MemoryMarshal.Cast.",
            "dtype");
    }

    private static ElementInfo ForStruct(Type type)
    {
        if (type == typeof(nint))
        {
            return new(IntPtr.Size == 8 ? DLDataType.Int64 : DLDataType.Int32, _scalar);
        }

        if (type == typeof(nuint))
        {
            return new(IntPtr.Size == 8 ? DLDataType.UInt64 : DLDataType.UInt32, _scalar);
        }

        // By name, since not every target that this assembly is compiled for has these types.
        return type.FullName switch
        {
            "System.Half" => new(DLDataType.Float16, _scalar),
            "System.Numerics.BFloat16" => new(DLDataType.BFloat16, _scalar),
            "System.Numerics.Complex" => new(DLDataType.Complex128, _scalar),
            "System.Numerics.Vector2" => new(DLDataType.Float32, 2),
            "System.Numerics.Vector3" => new(DLDataType.Float32, 3),
            "System.Numerics.Vector4" or "System.Numerics.Quaternion" or "System.Numerics.Plane" =>
                new(DLDataType.Float32, 4),
            "System.Numerics.Matrix3x2" => new(DLDataType.Float32, 3, 2),
            "System.Numerics.Matrix4x4" => new(DLDataType.Float32, 4, 4),
            _ => new(default, _scalar),
        };
    }

    private static ArgumentException Unknown(Type type)
    {
        string wayOut = type switch
        {
            _ when type == typeof(string) => "Lend the text's bytes, as UTF-8 (byte[]) or UTF-16 (char[])",
            _ when type == typeof(decimal) => "Convert to double, or pass dtype: DLDataType.UInt8 for the 16 raw bytes",
            _ when type == typeof(DateTime) || type == typeof(TimeSpan) =>
                "Pass dtype: DLDataType.Int64 for the raw ticks",
            _ when Nullable.GetUnderlyingType(type) is { } value =>
                $"Copy the values into an array of {value}, with one of your choice for those that are missing",
            _ when type.IsArray => "Copy a jagged array into one array, T[] with a shape or T[,]",
            _ when !type.IsValueType =>
                "Elements must be values without references, such as float or a struct of floats",
            _ => "Pass dtype: a struct without references can go out as elements of that dtype in one more dimension, "
                + "for example DLDataType.UInt8",
        };
        return new ArgumentException($"Elements of type {type} have no DLPack dtype. {wayOut}.");
    }
}
