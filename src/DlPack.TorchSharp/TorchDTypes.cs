using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;
using TorchSharp;

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
    private const torch.ScalarType Float4E2M1FNx2 = (torch.ScalarType)45;

    private static readonly Dictionary<torch.ScalarType, DLDataType> _fromTorch = new()
    {
        [torch.ScalarType.Byte] = DLDataType.UInt8,
        [torch.ScalarType.Int8] = DLDataType.Int8,
        [torch.ScalarType.Int16] = DLDataType.Int16,
        [torch.ScalarType.Int32] = DLDataType.Int32,
        [torch.ScalarType.Int64] = DLDataType.Int64,
        [torch.ScalarType.Float16] = DLDataType.Float16,
        [torch.ScalarType.Float32] = DLDataType.Float32,
        [torch.ScalarType.Float64] = DLDataType.Float64,
        [ComplexFloat16] = DLDataType.Complex32,
        [torch.ScalarType.ComplexFloat32] = DLDataType.Complex64,
        [torch.ScalarType.ComplexFloat64] = DLDataType.Complex128,
        [torch.ScalarType.Bool] = DLDataType.Bool,
        [torch.ScalarType.BFloat16] = DLDataType.BFloat16,
        [Float8E5M2] = DLDataType.Float8E5M2,
        [Float8E4M3FN] = DLDataType.Float8E4M3FN,
        [Float8E5M2FNUZ] = DLDataType.Float8E5M2FNUZ,
        [Float8E4M3FNUZ] = DLDataType.Float8E4M3FNUZ,
        [UInt16] = DLDataType.UInt16,
        [UInt32] = DLDataType.UInt32,
        [UInt64] = DLDataType.UInt64,
        [Float8E8M0FNU] = DLDataType.Float8E8M0FNU,

        // Two of them in a byte count as one element.
        [Float4E2M1FNx2] = new(DLDataTypeCode.kDLFloat4_e2m1fn, bits: 4, lanes: 2),
    };

    private static readonly Dictionary<DLDataType, torch.ScalarType> _toTorch =
        _fromTorch.ToDictionary(pair => pair.Value, pair => pair.Key);

    /// <summary>The dtype of a torch tensor's elements, or false if DLPack has none.</summary>
    public static bool TryGetDType(torch.ScalarType type, out DLDataType dtype) =>
        _fromTorch.TryGetValue(type, out dtype);

    /// <summary>What libtorch calls a dtype.</summary>
    /// <exception cref="DlPackException">libtorch has no such elements.</exception>
    public static torch.ScalarType Of(DLDataType dtype)
    {
        if (!_toTorch.TryGetValue(dtype, out torch.ScalarType type))
        {
            ThrowUnknown(dtype);
        }

        return type;
    }

    [DoesNotReturn]
    private static void ThrowUnknown(DLDataType dtype) => throw new DlPackException(
        $"torch has no elements of {dtype}. View them as another dtype of the same size first, by "
        + "DlPack.AsDlPack(tensor, shape, dtype: …), such as uint8 for bytes.");
}
