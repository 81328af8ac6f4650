using DlPackNet.Interop;
using FluentAssertions;
using TorchSharp;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Every element type that torch and DLPack both know.</summary>
public sealed unsafe class DTypeTests : TorchLeakChecked
{
    /// <summary>libtorch's number, which TorchSharp may have no name for, and the dtype.</summary>
    internal static readonly (int Number, DLDataType DType)[] DTypes =
    [
        (0, DLDataType.UInt8),
        (1, DLDataType.Int8),
        (2, DLDataType.Int16),
        (3, DLDataType.Int32),
        (4, DLDataType.Int64),
        (5, DLDataType.Float16),
        (6, DLDataType.Float32),
        (7, DLDataType.Float64),
        (8, DLDataType.Complex32),
        (9, DLDataType.Complex64),
        (10, DLDataType.Complex128),
        (11, DLDataType.Bool),
        (15, DLDataType.BFloat16),
        (23, DLDataType.Float8E5M2),
        (24, DLDataType.Float8E4M3FN),
        (25, DLDataType.Float8E5M2FNUZ),
        (26, DLDataType.Float8E4M3FNUZ),
        (27, DLDataType.UInt16),
        (28, DLDataType.UInt32),
        (29, DLDataType.UInt64),
        (44, DLDataType.Float8E8M0FNU),
        (45, new DLDataType(DLDataTypeCode.kDLFloat4_e2m1fn, 4, 2)),
    ];

    [Theory]
    [MemberData(nameof(Ways))]
    public void Every_type_comes_in_and_goes_out_as_itself(bool direct)
    {
        using DlPackObject memory = DlPack.Allocate<byte>([16 * 6]);
        foreach ((int number, DLDataType dtype) in DTypes)
        {
            using DlPackObject tensor = DlPack.AsDlPack(memory.Data, dtype, [2, 3]);
            using torch.Tensor view = ImportTests.Take(tensor, direct);
            ((int)view.dtype).Should().Be(number);
            view.ElementSize.Should().Be(dtype.BytesPerElement);

            using DlPackObject back = TorchExport.Lend(view, direct);
            back.DType.Should().Be(dtype);
            back.Data.Should().Be(memory.Data);
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Types_without_a_name_in_dotnet_keep_their_values(bool direct)
    {
        // 1.5 and -2 in bfloat16, and 1 - 2i in two floats.
        ushort[] halves = [0x3FC0, 0xC000];
        using DlPackObject brain = DlPack.AsDlPack(halves, DLDataType.BFloat16);
        using torch.Tensor brainView = ImportTests.Take(brain, direct);
        using torch.Tensor brainValues = brainView.to_type(torch.ScalarType.Float32);
        brainValues.data<float>().ToArray().Should().Equal(1.5f, -2);
        brainView.mul_(2);
        halves.Should().Equal(0x4040, 0xC080);

        (float, float)[] pairs = [(1, -2)];
        using DlPackObject complex = DlPack.AsDlPack(pairs, DLDataType.Complex64);
        using torch.Tensor complexView = ImportTests.Take(complex, direct);
        using torch.Tensor imaginary = complexView.imag;
        imaginary.item<float>().Should().Be(-2);
        complexView.data<(float, float)>()[0].Should().Be((1f, -2f));
    }
}
