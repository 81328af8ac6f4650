using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet;

/// <summary>The element types that ONNX Runtime's .NET library and DLPack both know.</summary>
internal static class OrtElementTypes
{
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
        _ => throw new DlPackException(
            $"ONNX Runtime's element type {type} has no memory that its .NET library gives access to. Cast it to "
            + "another type in the model."),
    };

    /// <summary>ONNX Runtime's element type for a dtype.</summary>
    /// <exception cref="DlPackException">It has none.</exception>
    public static TensorElementType Of(DLDataType dtype) => (dtype.lanes, dtype.code, dtype.bits) switch
    {
        (1, DLDataTypeCode.kDLBool, 8) => TensorElementType.Bool,
        (1, DLDataTypeCode.kDLInt, 8) => TensorElementType.Int8,
        (1, DLDataTypeCode.kDLUInt, 8) => TensorElementType.UInt8,
        (1, DLDataTypeCode.kDLInt, 16) => TensorElementType.Int16,
        (1, DLDataTypeCode.kDLUInt, 16) => TensorElementType.UInt16,
        (1, DLDataTypeCode.kDLInt, 32) => TensorElementType.Int32,
        (1, DLDataTypeCode.kDLUInt, 32) => TensorElementType.UInt32,
        (1, DLDataTypeCode.kDLInt, 64) => TensorElementType.Int64,
        (1, DLDataTypeCode.kDLUInt, 64) => TensorElementType.UInt64,
        (1, DLDataTypeCode.kDLFloat, 16) => TensorElementType.Float16,
        (1, DLDataTypeCode.kDLBfloat, 16) => TensorElementType.BFloat16,
        (1, DLDataTypeCode.kDLFloat, 32) => TensorElementType.Float,
        (1, DLDataTypeCode.kDLFloat, 64) => TensorElementType.Double,
        _ => throw new DlPackException(
            $"ONNX Runtime takes bool, integers of 8 to 64 bits, float16, bfloat16, float32 and float64, and this "
            + $"tensor is of {dtype}. Lend the parts of complex numbers, or the bytes of packed types, as a tensor "
            + "of those: AsDlPack(tensor, shape, dtype: …)."),
    };
}
