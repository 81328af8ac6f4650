using Apache.Arrow;
using Apache.Arrow.Types;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Which Arrow type is which dtype.</summary>
internal static class ArrowElements
{
    /// <summary>What an Arrow type's values are as elements; null for what no tensor can have.</summary>
    public static DLDataType? DTypeOf(ArrowTypeId type) => type switch
    {
        ArrowTypeId.Int8 => DLDataType.Int8,
        ArrowTypeId.UInt8 => DLDataType.UInt8,
        ArrowTypeId.Int16 => DLDataType.Int16,
        ArrowTypeId.UInt16 => DLDataType.UInt16,
        ArrowTypeId.Int32 => DLDataType.Int32,
        ArrowTypeId.UInt32 => DLDataType.UInt32,
        ArrowTypeId.Int64 => DLDataType.Int64,
        ArrowTypeId.UInt64 => DLDataType.UInt64,
        ArrowTypeId.HalfFloat => DLDataType.Float16,
        ArrowTypeId.Float => DLDataType.Float32,
        ArrowTypeId.Double => DLDataType.Float64,
        ArrowTypeId.FixedSizedBinary => DLDataType.UInt8,
        ArrowTypeId.Date32 or ArrowTypeId.Time32 => DLDataType.Int32,
        ArrowTypeId.Date64 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp or ArrowTypeId.Duration => DLDataType.Int64,
        _ => null,
    };

    /// <summary>The Arrow type for elements of a dtype.</summary>
    /// <exception cref="DlPackException">Arrow has none.</exception>
    public static IArrowType TypeOf(DLDataType dtype) => (dtype.code, dtype.bits, dtype.lanes) switch
    {
        (DLDataTypeCode.kDLBool, 8, 1) => Bool8Type.Default,
        (DLDataTypeCode.kDLInt, 8, 1) => Int8Type.Default,
        (DLDataTypeCode.kDLUInt, 8, 1) => UInt8Type.Default,
        (DLDataTypeCode.kDLInt, 16, 1) => Int16Type.Default,
        (DLDataTypeCode.kDLUInt, 16, 1) => UInt16Type.Default,
        (DLDataTypeCode.kDLInt, 32, 1) => Int32Type.Default,
        (DLDataTypeCode.kDLUInt, 32, 1) => UInt32Type.Default,
        (DLDataTypeCode.kDLInt, 64, 1) => Int64Type.Default,
        (DLDataTypeCode.kDLUInt, 64, 1) => UInt64Type.Default,
        (DLDataTypeCode.kDLFloat, 16, 1) => HalfFloatType.Default,
        (DLDataTypeCode.kDLFloat, 32, 1) => FloatType.Default,
        (DLDataTypeCode.kDLFloat, 64, 1) => DoubleType.Default,
        _ => throw new DlPackException(
            $"Arrow has no type for elements of {dtype}. Lay a view of a type that it has, and of the same size, over "
            + "the memory by AsDlPack(tensor, shape, strides, dtype), such as uint16 for bfloat16, or convert them."),
    };

    /// <summary>Whether elements are integers or floats that Arrow has: see <see cref="Numbers"/>.</summary>
    public static bool IsNumber(DLDataType dtype) => dtype.lanes == 1 && dtype.code switch
    {
        DLDataTypeCode.kDLInt or DLDataTypeCode.kDLUInt => dtype.bits is 8 or 16 or 32 or 64,
        DLDataTypeCode.kDLFloat => dtype.bits is 16 or 32 or 64,
        _ => false,
    };

    /// <summary>An array of numbers: what Arrow's factory makes, without its ways to other types.</summary>
    /// <param name="dtype">Integers or floats that Arrow has.</param>
    /// <param name="buffers">No validity, and the numbers.</param>
    /// <param name="length">How many there are.</param>
    public static IArrowArray Numbers(DLDataType dtype, ArrowBuffer[] buffers, int length)
    {
        return (dtype.code, dtype.bits) switch
        {
            (DLDataTypeCode.kDLFloat, 32) => new FloatArray(Data(FloatType.Default, buffers, length)),
            (DLDataTypeCode.kDLFloat, 64) => new DoubleArray(Data(DoubleType.Default, buffers, length)),
            (DLDataTypeCode.kDLFloat, _) => new HalfFloatArray(Data(HalfFloatType.Default, buffers, length)),
            (DLDataTypeCode.kDLInt, 8) => new Int8Array(Data(Int8Type.Default, buffers, length)),
            (DLDataTypeCode.kDLInt, 16) => new Int16Array(Data(Int16Type.Default, buffers, length)),
            (DLDataTypeCode.kDLInt, 32) => new Int32Array(Data(Int32Type.Default, buffers, length)),
            (DLDataTypeCode.kDLInt, _) => new Int64Array(Data(Int64Type.Default, buffers, length)),
            (_, 8) => new UInt8Array(Data(UInt8Type.Default, buffers, length)),
            (_, 16) => new UInt16Array(Data(UInt16Type.Default, buffers, length)),
            (_, 32) => new UInt32Array(Data(UInt32Type.Default, buffers, length)),
            _ => new UInt64Array(Data(UInt64Type.Default, buffers, length)),
        };

        static ArrayData Data(IArrowType type, ArrowBuffer[] buffers, int length) =>
            new(type, length, nullCount: 0, offset: 0, buffers);
    }

    /// <summary>What to do instead with values that are no elements.</summary>
    public static DlPackException NoElements(IArrowType type) => new(
        $"The values of an Arrow array of {type.Name} are no elements of a tensor. " + type.TypeId switch
        {
            ArrowTypeId.Boolean => "They are bits: build a Bool8Array, or a UInt8Array of 0 and 1.",
            ArrowTypeId.String or ArrowTypeId.Binary or ArrowTypeId.LargeString or ArrowTypeId.LargeBinary =>
                "Lend its bytes and its offsets: array.ValueBuffer.AsDlPack() and ValueOffsetsBuffer.AsDlPack().",
            ArrowTypeId.StringView or ArrowTypeId.BinaryView =>
                "Build a StringArray or BinaryArray of them, and lend its bytes and its offsets.",
            ArrowTypeId.List or ArrowTypeId.LargeList or ArrowTypeId.Map =>
                "Its lists have lengths of their own: lend array.Values and its offsets, or build a "
                + "FixedSizeListArray.",
            ArrowTypeId.Struct or ArrowTypeId.Union => "Lend its fields one by one.",
            ArrowTypeId.Dictionary => "Lend its Indices, or decode it first.",
            ArrowTypeId.Decimal32 or ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 or ArrowTypeId.Decimal256 =>
                "Convert them to double, or lend their bytes by array.ValueBuffer.AsDlPack().",
            ArrowTypeId.RunEndEncoded => "Decode it first, or lend its Values and RunEnds.",
            ArrowTypeId.Extension => "Lend its Storage.",
            _ => "Convert them to integers or floats first.",
        });
}
