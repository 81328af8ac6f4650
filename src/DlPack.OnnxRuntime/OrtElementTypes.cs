using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime.Tensors;
using static DlPackNet.Interop.DLDataTypeCode;

namespace DlPackNet;

/// <summary>
/// The element types that ONNX Runtime and DLPack both know. Those without a name in ONNX Runtime's .NET library have
/// one here, with ONNX Runtime's number.
/// </summary>
internal static class OrtElementTypes
{
    private const TensorElementType Float8E4M3FN = (TensorElementType)17;
    private const TensorElementType Float8E4M3FNUZ = (TensorElementType)18;
    private const TensorElementType Float8E5M2 = (TensorElementType)19;
    private const TensorElementType Float8E5M2FNUZ = (TensorElementType)20;
    private const TensorElementType UInt4 = (TensorElementType)21;
    private const TensorElementType Int4 = (TensorElementType)22;
    private const TensorElementType Float4E2M1 = (TensorElementType)23;
    private const TensorElementType UInt2 = (TensorElementType)24;
    private const TensorElementType Int2 = (TensorElementType)25;
    private const TensorElementType Float8E8M0 = (TensorElementType)26;

    /// <summary>The dtype of ONNX Runtime's element type.</summary>
    /// <exception cref="DlPackException">It has none.</exception>
    public static DLDataType DType(TensorElementType type) => type switch
    {
        TensorElementType.Bool => DLDataType.Bool,
        TensorElementType.Int8 => DLDataType.Int8,
        TensorElementType.UInt8 => DLDataType.UInt8,
        TensorElementType.Int16 => DLDataType.Int16,
        TensorElementType.UInt16 => DLDataType.UInt16,
        TensorElementType.Int32 => DLDataType.Int32,
        TensorElementType.UInt32 => DLDataType.UInt32,
        TensorElementType.Int64 => DLDataType.Int64,
        TensorElementType.UInt64 => DLDataType.UInt64,
        TensorElementType.Float16 => DLDataType.Float16,
        TensorElementType.BFloat16 => DLDataType.BFloat16,
        TensorElementType.Float => DLDataType.Float32,
        TensorElementType.Double => DLDataType.Float64,
        Float8E4M3FN => DLDataType.Float8E4M3FN,
        Float8E4M3FNUZ => DLDataType.Float8E4M3FNUZ,
        Float8E5M2 => DLDataType.Float8E5M2,
        Float8E5M2FNUZ => DLDataType.Float8E5M2FNUZ,
        Float8E8M0 => DLDataType.Float8E8M0FNU,
        Float4E2M1 => DLDataType.Float4E2M1FN,
        UInt4 => new(kDLUInt, 4),
        Int4 => new(kDLInt, 4),
        UInt2 => new(kDLUInt, 2),
        Int2 => new(kDLInt, 2),
        _ => throw NoDType(type),
    };

    /// <summary>ONNX Runtime's element type for a dtype.</summary>
    /// <exception cref="DlPackException">It has none.</exception>
    public static TensorElementType Of(DLDataType dtype) => dtype switch
    {
        { code: kDLFloat, bits: 32, lanes: 1 } => TensorElementType.Float,
        { code: kDLFloat, bits: 64, lanes: 1 } => TensorElementType.Double,
        { code: kDLFloat, bits: 16, lanes: 1 } => TensorElementType.Float16,
        { code: kDLInt, bits: 64, lanes: 1 } => TensorElementType.Int64,
        { code: kDLInt, bits: 32, lanes: 1 } => TensorElementType.Int32,
        { code: kDLInt, bits: 16, lanes: 1 } => TensorElementType.Int16,
        { code: kDLInt, bits: 8, lanes: 1 } => TensorElementType.Int8,
        { code: kDLInt, bits: 4, lanes: 1 } => Int4,
        { code: kDLInt, bits: 2, lanes: 1 } => Int2,
        { code: kDLUInt, bits: 64, lanes: 1 } => TensorElementType.UInt64,
        { code: kDLUInt, bits: 32, lanes: 1 } => TensorElementType.UInt32,
        { code: kDLUInt, bits: 16, lanes: 1 } => TensorElementType.UInt16,
        { code: kDLUInt, bits: 8, lanes: 1 } => TensorElementType.UInt8,
        { code: kDLUInt, bits: 4, lanes: 1 } => UInt4,
        { code: kDLUInt, bits: 2, lanes: 1 } => UInt2,
        { code: kDLBool, bits: 8, lanes: 1 } => TensorElementType.Bool,
        { code: kDLBfloat, bits: 16, lanes: 1 } => TensorElementType.BFloat16,
        { code: kDLFloat8_e4m3fn, bits: 8, lanes: 1 } => Float8E4M3FN,
        { code: kDLFloat8_e4m3fnuz, bits: 8, lanes: 1 } => Float8E4M3FNUZ,
        { code: kDLFloat8_e5m2, bits: 8, lanes: 1 } => Float8E5M2,
        { code: kDLFloat8_e5m2fnuz, bits: 8, lanes: 1 } => Float8E5M2FNUZ,
        { code: kDLFloat8_e8m0fnu, bits: 8, lanes: 1 } => Float8E8M0,
        { code: kDLFloat4_e2m1fn, bits: 4, lanes: 1 } => Float4E2M1,
        _ => throw NoElementType(dtype),
    };

    // Apart from the tables: room for a message's parts would be cleared for what is in them, too.
    private static DlPackException NoDType(TensorElementType type) => new(
        type == TensorElementType.String
            ? "Strings have no dtype. Read them with GetStringTensorAsArray, or let the model put out numbers."
            : $"ONNX Runtime's element type {type} has no dtype. Cast it to another type in the model.");

    private static DlPackException NoElementType(DLDataType dtype) => new(
        $"ONNX Runtime takes bool, integers of 2 to 64 bits, float16, bfloat16, float32, float64, float8 and float4, "
        + $"and this tensor is of {dtype}. Lend the parts of complex numbers, or the bytes of other types, as a tensor "
        + "of those: AsDlPack(tensor, shape, dtype: …).");
}
