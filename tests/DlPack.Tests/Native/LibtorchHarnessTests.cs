using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>The harness judges the library by libtorch, so it is judged first, by tensors made by hand.</summary>
public sealed unsafe class LibtorchHarnessTests
{
    /// <summary>All element types that both libtorch and DLPack know.</summary>
    internal static readonly Dictionary<TorchDType, DLDataType> DTypes = new()
    {
        [TorchDType.UInt8] = DLDataType.UInt8,
        [TorchDType.Int8] = DLDataType.Int8,
        [TorchDType.Int16] = DLDataType.Int16,
        [TorchDType.Int32] = DLDataType.Int32,
        [TorchDType.Int64] = DLDataType.Int64,
        [TorchDType.Float16] = DLDataType.Float16,
        [TorchDType.Float32] = DLDataType.Float32,
        [TorchDType.Float64] = DLDataType.Float64,
        [TorchDType.Complex32] = DLDataType.Complex32,
        [TorchDType.Complex64] = DLDataType.Complex64,
        [TorchDType.Complex128] = DLDataType.Complex128,
        [TorchDType.Bool] = DLDataType.Bool,
        [TorchDType.BFloat16] = DLDataType.BFloat16,
        [TorchDType.Float8E5M2] = DLDataType.Float8E5M2,
        [TorchDType.Float8E4M3FN] = DLDataType.Float8E4M3FN,
        [TorchDType.Float8E5M2FNUZ] = DLDataType.Float8E5M2FNUZ,
        [TorchDType.Float8E4M3FNUZ] = DLDataType.Float8E4M3FNUZ,
        [TorchDType.UInt16] = DLDataType.UInt16,
        [TorchDType.UInt32] = DLDataType.UInt32,
        [TorchDType.UInt64] = DLDataType.UInt64,
        [TorchDType.Float8E8M0FNU] = DLDataType.Float8E8M0FNU,
        [TorchDType.Float4E2M1FNx2] = new DLDataType(DLDataTypeCode.kDLFloat4_e2m1fn, 4, 2),
    };

    [Fact]
    public void Every_type_goes_out_and_comes_in_as_itself()
    {
        DTypes.Keys.Should().BeEquivalentTo(Enum.GetValues<TorchDType>());
        foreach ((TorchDType torchDType, DLDataType dtype) in DTypes)
        {
            using TorchTensor tensor = TorchTensor.Zeros(torchDType, 2, 3);

            DLManagedTensorVersioned* versioned = tensor.ToDlpack();
            versioned->dl_tensor.dtype.Should().Be(dtype);
            using TorchTensor back = TorchTensor.FromDlpack(versioned);
            back.DType.Should().Be(torchDType);
            back.Data.Should().Be(tensor.Data);

            DLManagedTensor* legacy = tensor.ToDlpackLegacy();
            legacy->dl_tensor.dtype.Should().Be(dtype);
            using TorchTensor legacyBack = TorchTensor.FromDlpack(legacy);
            legacyBack.DType.Should().Be(torchDType);
        }
    }

    [Fact]
    public void What_libtorch_multiplies_in_place_shows_in_the_array()
    {
        float[] array = [1, 2, 3, 4, 5, 6];
        fixed (float* data = array)
        {
            using TorchTensor tensor =
                TorchTensor.FromDlpack(HandMadeTensor.Versioned(data, DLDataType.Float32, 2, 3));
            tensor.Shape.Should().Equal(2, 3);
            tensor.Strides.Should().Equal(3, 1);
            tensor.Data.Should().Be((nint)data);
            tensor.Sum().Should().Be(21);

            tensor.Multiply(10);
            tensor.Sum().Should().Be(210);
        }
        array.Should().Equal(10, 20, 30, 40, 50, 60);
    }

    [Fact]
    public void Disposing_the_last_tensor_calls_the_deleter_once()
    {
        long element = 7;
        int before = HandMadeTensor.DeleterCalls;

        TorchTensor versioned = TorchTensor.FromDlpack(HandMadeTensor.Versioned(&element, DLDataType.Int64));
        TorchTensor legacy = TorchTensor.FromDlpack(HandMadeTensor.Legacy(&element, DLDataType.Int64));
        TorchTensor view = legacy.View([1, 1], [1, 1], 0);
        versioned.Item().Should().Be(7);

        (HandMadeTensor.DeleterCalls - before).Should().Be(0);
        versioned.Dispose();
        versioned.Dispose();
        (HandMadeTensor.DeleterCalls - before).Should().Be(1);
        legacy.Dispose();
        (HandMadeTensor.DeleterCalls - before).Should().Be(1);
        view.Dispose();
        (HandMadeTensor.DeleterCalls - before).Should().Be(2);
    }

    [Fact]
    public void What_libtorch_lends_outlives_its_tensor_until_the_deleter()
    {
        TorchTensor tensor = TorchTensor.Ramp(TorchDType.Int32, 2, 3);
        DLManagedTensorVersioned* lent = tensor.ToDlpack();
        tensor.Dispose();

        lent->version.major.Should().Be(1);
        new ReadOnlySpan<int>(lent->dl_tensor.data, 6).ToArray().Should().Equal(0, 1, 2, 3, 4, 5);

        lent->deleter(lent);
    }

    [Fact]
    public void Views_come_out_with_their_shape_strides_and_first_element()
    {
        using TorchTensor tensor = TorchTensor.Ramp(TorchDType.Float64, 3, 4);
        using TorchTensor transposed = tensor.Transpose();
        using TorchTensor slice = tensor.Slice(1, 1, 4, 2);
        using TorchTensor scalar = tensor.View([], [], 7);
        using TorchTensor repeated = tensor.View([5], [0], 2);
        using TorchTensor empty = TorchTensor.Empty(TorchDType.Float64, 0, 4);

        Describe(transposed).Should().Be("[4,3] [1,4] 0");
        Describe(slice).Should().Be("[3,2] [4,2] 1");
        Describe(scalar).Should().Be("[] [] 7");
        Describe(repeated).Should().Be("[5] [0] 2");
        Describe(empty).Should().Be("[0,4] [4,1] none");
    }

    [Fact]
    public void Copies_are_equal_and_in_memory_of_their_own()
    {
        using TorchTensor tensor = TorchTensor.Ramp(TorchDType.BFloat16, 2, 3);
        using TorchTensor clone = tensor.Clone();
        clone.HasSameElements(tensor).Should().BeTrue();
        clone.Data.Should().NotBe(tensor.Data);

        clone.Fill(1);
        clone.HasSameElements(tensor).Should().BeFalse();
        tensor.CopyFrom(clone);
        clone.HasSameElements(tensor).Should().BeTrue();
    }

    private static string Describe(TorchTensor tensor)
    {
        DLManagedTensorVersioned* lent = tensor.ToDlpack();
        DLTensor* inner = &lent->dl_tensor;
        string shape = string.Join(',', new ReadOnlySpan<long>(inner->shape, inner->ndim).ToArray());
        string strides = string.Join(',', new ReadOnlySpan<long>(inner->strides, inner->ndim).ToArray());
        byte* first = (byte*)inner->data + inner->byte_offset;
        string element = inner->data is null ? "none" : FormattableString.Invariant($"{*(double*)first}");
        lent->deleter(lent);
        return $"[{shape}] [{strides}] {element}";
    }
}
