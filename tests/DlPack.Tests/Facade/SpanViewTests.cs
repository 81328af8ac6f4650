using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Elements as a span, on the same memory; and what cannot be seen as one.</summary>
public sealed class SpanViewTests : LeakChecked
{
    [Fact]
    public void A_span_is_the_buffer_itself_whatever_the_buffer_is()
    {
        int[,,] cube = new int[2, 2, 2];
        using DlPackObject array = DlPack.AsDlPack(cube);
        using DlPackObject native = DlPack.Allocate<int>([8]);
        using DlPackObject manager = DlPack.AsDlPack(new CountingManager<int>(8).Memory);

        foreach (DlPackObject dl in new[] { array, native, manager })
        {
            dl.AsSpan<int>()[7] = 5;
            dl.AsReadOnlySpan<int>()[7].Should().Be(5);
            dl.AsSpan<int>().Length.Should().Be(8);
        }

        cube[1, 1, 1].Should().Be(5);
    }

    [Fact]
    public void The_element_type_must_be_the_dtypes()
    {
        using DlPackObject floats = DlPack.AsDlPack(new float[6]);
        using DlPackObject bools = DlPack.AsDlPack(new bool[6]);

        Refuses<int>(floats, "*float32[6]*System.Int32*float;*MemoryMarshal.Cast*");
        Refuses<double>(floats, "*System.Double*");
        Refuses<byte>(floats, "*System.Byte*");
        Refuses<byte>(bools, "*bool[6]*System.Byte*bool;*");
        Refuses<sbyte>(bools, "*bool;*");
        Refuses<Vector4>(floats, "*Vector4*");
    }

    [Fact]
    public void The_advice_names_a_type_that_is_then_accepted()
    {
        using DlPackObject bfloat = DlPack.AsDlPack(new ushort[4], DLDataType.BFloat16);
        using DlPackObject complex = DlPack.AsDlPack(new long[4], DLDataType.Complex64);
        using DlPackObject packed = DlPack.AsDlPack(new byte[4], DLDataType.Float4E2M1FN);
        using DlPackObject small = DlPack.AsDlPack(new byte[4], DLDataType.Float8E5M2);

        Refuses<float>(bfloat, "*2 bytes*ushort*");
        Refuses<float>(complex, "*8 bytes*ulong*");
        Refuses<short>(packed, "*byte*");
        Refuses<short>(small, "*1 bytes*byte*");
        bfloat.AsSpan<ushort>().Length.Should().Be(4);
        complex.AsSpan<ulong>().Length.Should().Be(4);
        packed.AsSpan<byte>().Length.Should().Be(4);
        small.AsSpan<byte>().Length.Should().Be(4);
    }

    [Fact]
    public void Structs_must_cover_whole_trailing_dimensions()
    {
        using DlPackObject rows = DlPack.AsDlPack(new float[2, 3]);
        using DlPackObject flat = DlPack.AsDlPack(new float[6]);
        using DlPackObject matrices = DlPack.AsDlPack(new float[2, 4, 4]);
        using DlPackObject numbers = DlPack.AsDlPack(new int[2, 3]);

        rows.AsSpan<Vector3>().Length.Should().Be(2);
        matrices.AsSpan<Matrix4x4>().Length.Should().Be(2);
        matrices.AsSpan<Vector4>().Length.Should().Be(8);
        Refuses<Vector2>(rows, "*[2, 3]*Vector2*");
        Refuses<Vector3>(flat, "*[6]*");
        Refuses<Vector3>(numbers, "*int32[2, 3]*Vector3*");
    }

    [Fact]
    public void Strided_elements_are_no_span()
    {
        using DlPackObject column = DlPack.AsDlPack(new int[6], [3], [2]);
        using DlPackObject reversed = DlPack.AsDlPack(new int[3], [3], [-1], offset: 2);

        Refuses<int>(column, "*row-major*shape [3] with strides [2]*Copy()*");
        Refuses<int>(reversed, "*strides [-1]*");
    }

    [Fact]
    public void A_read_only_tensor_gives_no_span_to_write()
    {
        using DlPackObject dl = DlPack.AsDlPack((ReadOnlyMemory<int>)new int[3]);

        ((Action)(() => dl.AsSpan<int>())).Should().Throw<DlPackException>()
            .WithMessage("*read-only*AsReadOnlySpan*Copy()*");
        ((Action)(() => dl.AsMemory<int>())).Should().Throw<DlPackException>().WithMessage("*AsReadOnlyMemory*");
        dl.AsReadOnlySpan<int>().Length.Should().Be(3);
        dl.AsReadOnlyMemory<int>().Length.Should().Be(3);
    }

    [Fact]
    public void Memory_on_a_gpu_is_out_of_reach()
    {
        using DlPackObject dl = DlPack.AsDlPack((nint)0x1000, DLDataType.Float32, [2, 2], device: DLDevice.Cuda());

        Refuses<float>(dl, "*cuda:0*cannot read*by Copy()*");
        Action[] reads =
        [
            () => dl.AsMemory<float>(),
            () => dl.AsReadOnlyMemory<float>(),
            () => dl.ToArray<float>(),
            () => dl.ToArray2D<float>(),
            () => dl.CopyTo(new float[4].AsSpan()),
        ];
        reads.Should().AllSatisfy(read => read.Should().Throw<DlPackException>().WithMessage("*cuda:0*cannot read*"));
        dl.Data.Should().Be(0x1000);
    }

    [Theory]
    [InlineData(DLDeviceType.kDLCUDAHost)]
    [InlineData(DLDeviceType.kDLROCMHost)]
    [InlineData(DLDeviceType.kDLCUDAManaged)]
    public unsafe void Memory_that_both_sides_can_read_is_read(DLDeviceType type)
    {
        int value = 7;
        using DlPackObject dl = DlPack.AsDlPack(&value, DLDataType.Int32, [1], device: new DLDevice(type));

        dl.AsSpan<int>()[0].Should().Be(7);
        dl.ToArray<int>().Should().Equal(7);
        dl.ToString().Should().Contain("[7]");
    }

    [Fact]
    public void More_elements_than_a_span_counts_need_views_of_parts()
    {
        // Nobody reads the memory, so that it need not be there.
        using DlPackObject dl = DlPack.AsDlPack((nint)0x1000, DLDataType.UInt8, [1L << 31]);
        using DlPackObject part = DlPack.AsDlPack(dl, [100], offset: (1L << 31) - 100);

        Refuses<byte>(dl, "*2147483647*2147483648*views*");
        ((Action)(() => dl.AsMemory<byte>())).Should().Throw<DlPackException>();
        ((Action)(() => dl.ToArray<byte>())).Should().Throw<DlPackException>().WithMessage("*2147483648*");
        part.AsSpan<byte>().Length.Should().Be(100);
        ((long)part.Data).Should().Be(0x1000 + (1L << 31) - 100);
    }

    private static void Refuses<T>(DlPackObject dl, string message)
        where T : unmanaged
    {
        ((Action)(() => dl.AsSpan<T>())).Should().Throw<DlPackException>().WithMessage(message);
        ((Action)(() => dl.AsReadOnlySpan<T>())).Should().Throw<DlPackException>().WithMessage(message);
    }
}
