using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;
using TorchSharp;
using static DlPackNet.Interop.DLDataTypeCode;

namespace DlPackNet;

/// <summary>
/// libtorch's element types and DLPack's. Those without a name in TorchSharp have one here, with libtorch's number.
/// </summary>
internal static class TorchDTypes
{
    private const torch.ScalarType ComplexFloat16 = (torch.ScalarType)8;
    private const torch.ScalarType Float8E5M2 = (torch.ScalarType)23;
    private const torch.ScalarType Float8E4M3FN = (torch.ScalarType)24;
    private const torch.ScalarType Float8E5M2FNUZ = (torch.ScalarType)25;
    private const torch.ScalarType Float8E4M3FNUZ = (torch.ScalarType)26;
    private const torch.ScalarType UInt16 = (torch.ScalarType)27;
    private const torch.ScalarType UInt32 = (torch.ScalarType)28;
    private const torch.ScalarType UInt64 = (torch.ScalarType)29;
    private const torch.ScalarType Float8E8M0FNU = (torch.ScalarType)44;

    /// <summary>Two in a byte, which count as one element: two lanes.</summary>
    private const torch.ScalarType Float4E2M1FNx2 = (torch.ScalarType)45;

    // A bit for each type that DLPack has: finding its dtype, which is put together then, takes longer.
    private static readonly ulong _known = Known();

    /// <summary>Checks that DLPack has a dtype for a torch tensor's elements.</summary>
    /// <exception cref="DlPackException">It has none.</exception>
    public static void Check(torch.ScalarType type)
    {
        if ((byte)type >= sizeof(ulong) * 8 || ((_known >> (byte)type) & 1) == 0)
        {
            ThrowUnknown(type);
        }
    }

    /// <summary>The dtype of a torch tensor's elements.</summary>
    /// <exception cref="DlPackException">DLPack has none for them.</exception>
    public static DLDataType Of(torch.ScalarType type) => Find(type) ?? ThrowUnknown(type);

    /// <summary>What libtorch calls a dtype.</summary>
    /// <exception cref="DlPackException">libtorch has no such elements.</exception>
    public static torch.ScalarType Of(DLDataType dtype) => dtype switch
    {
        { code: kDLFloat, bits: 16, lanes: 1 } => torch.ScalarType.Float16,
        { code: kDLFloat, bits: 32, lanes: 1 } => torch.ScalarType.Float32,
        { code: kDLFloat, bits: 64, lanes: 1 } => torch.ScalarType.Float64,
        { code: kDLInt, bits: 8, lanes: 1 } => torch.ScalarType.Int8,
        { code: kDLInt, bits: 16, lanes: 1 } => torch.ScalarType.Int16,
        { code: kDLInt, bits: 32, lanes: 1 } => torch.ScalarType.Int32,
        { code: kDLInt, bits: 64, lanes: 1 } => torch.ScalarType.Int64,
        { code: kDLUInt, bits: 8, lanes: 1 } => torch.ScalarType.Byte,
        { code: kDLUInt, bits: 16, lanes: 1 } => UInt16,
        { code: kDLUInt, bits: 32, lanes: 1 } => UInt32,
        { code: kDLUInt, bits: 64, lanes: 1 } => UInt64,
        { code: kDLBool, bits: 8, lanes: 1 } => torch.ScalarType.Bool,
        { code: kDLBfloat, bits: 16, lanes: 1 } => torch.ScalarType.BFloat16,
        { code: kDLComplex, bits: 32, lanes: 1 } => ComplexFloat16,
        { code: kDLComplex, bits: 64, lanes: 1 } => torch.ScalarType.ComplexFloat32,
        { code: kDLComplex, bits: 128, lanes: 1 } => torch.ScalarType.ComplexFloat64,
        { code: kDLFloat8_e5m2, bits: 8, lanes: 1 } => Float8E5M2,
        { code: kDLFloat8_e4m3fn, bits: 8, lanes: 1 } => Float8E4M3FN,
        { code: kDLFloat8_e5m2fnuz, bits: 8, lanes: 1 } => Float8E5M2FNUZ,
        { code: kDLFloat8_e4m3fnuz, bits: 8, lanes: 1 } => Float8E4M3FNUZ,
        { code: kDLFloat8_e8m0fnu, bits: 8, lanes: 1 } => Float8E8M0FNU,
        { code: kDLFloat4_e2m1fn, bits: 4, lanes: 2 } => Float4E2M1FNx2,
        _ => ThrowUnknown(dtype),
    };

    private static DLDataType? Find(torch.ScalarType type) => type switch
    {
        torch.ScalarType.Byte => DLDataType.UInt8,
        torch.ScalarType.Int8 => DLDataType.Int8,
        torch.ScalarType.Int16 => DLDataType.Int16,
        torch.ScalarType.Int32 => DLDataType.Int32,
        torch.ScalarType.Int64 => DLDataType.Int64,
        torch.ScalarType.Float16 => DLDataType.Float16,
        torch.ScalarType.Float32 => DLDataType.Float32,
        torch.ScalarType.Float64 => DLDataType.Float64,
        ComplexFloat16 => DLDataType.Complex32,
        torch.ScalarType.ComplexFloat32 => DLDataType.Complex64,
        torch.ScalarType.ComplexFloat64 => DLDataType.Complex128,
        torch.ScalarType.Bool => DLDataType.Bool,
        torch.ScalarType.BFloat16 => DLDataType.BFloat16,
        Float8E5M2 => DLDataType.Float8E5M2,
        Float8E4M3FN => DLDataType.Float8E4M3FN,
        Float8E5M2FNUZ => DLDataType.Float8E5M2FNUZ,
        Float8E4M3FNUZ => DLDataType.Float8E4M3FNUZ,
        UInt16 => DLDataType.UInt16,
        UInt32 => DLDataType.UInt32,
        UInt64 => DLDataType.UInt64,
        Float8E8M0FNU => DLDataType.Float8E8M0FNU,
        Float4E2M1FNx2 => new(kDLFloat4_e2m1fn, bits: 4, lanes: 2),
        _ => null,
    };

    private static ulong Known()
    {
        ulong known = 0;
        for (int i = 0; i < sizeof(ulong) * 8; i++)
        {
            known |= Find((torch.ScalarType)i) is null ? 0 : 1UL << i;
        }

        return known;
    }

    [DoesNotReturn]
    private static DLDataType ThrowUnknown(torch.ScalarType type) => throw new DlPackException(
        $"The torch tensor's elements are {type}, for which DLPack has no dtype. Lend its dequantize() or int_repr() "
        + "if it is quantized, or convert it by to_type().");

    [DoesNotReturn]
    private static torch.ScalarType ThrowUnknown(DLDataType dtype) => throw new DlPackException(
        $"torch has no elements of {dtype}. View them as another dtype of the same size first, by "
        + "DlPack.AsDlPack(tensor, shape, dtype: …), such as uint8 for bytes.");
}
