using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>The table of element types: what each .NET type is in a tensor.</summary>
public sealed class ElementTypeTests : LeakChecked
{
    private enum Small : sbyte
    {
        Low = -3,
    }

    private enum Wide : ulong
    {
        High = ulong.MaxValue,
    }

    public static TheoryData<Array, DLDataType> Table => new()
    {
        { (bool[])[true, false], DLDataType.Bool },
        { new sbyte[] { -1, 2 }, DLDataType.Int8 },
        { new short[] { -1, 2 }, DLDataType.Int16 },
        { (int[])[-1, 2], DLDataType.Int32 },
        { new[] { -1L, 2L }, DLDataType.Int64 },
        { new byte[] { 1, 255 }, DLDataType.UInt8 },
        { new ushort[] { 1, 65535 }, DLDataType.UInt16 },
        { new[] { 1u, uint.MaxValue }, DLDataType.UInt32 },
        { new[] { 1ul, ulong.MaxValue }, DLDataType.UInt64 },
        { new nint[] { -1, 2 }, nint.Size == 8 ? DLDataType.Int64 : DLDataType.Int32 },
        { new nuint[] { 1, 2 }, nint.Size == 8 ? DLDataType.UInt64 : DLDataType.UInt32 },
        { (char[])['a', 'ÿ'], DLDataType.UInt16 },
        { new[] { (Half)1.5, Half.NaN }, DLDataType.Float16 },
        { new[] { 1.5f, float.NaN }, DLDataType.Float32 },
        { new[] { 1.5, double.NegativeInfinity }, DLDataType.Float64 },
        { new[] { new Complex(1, 2), Complex.Infinity }, DLDataType.Complex128 },
        { new[] { DayOfWeek.Friday, DayOfWeek.Monday }, DLDataType.Int32 },
        { new[] { Small.Low, default }, DLDataType.Int8 },
        { new[] { Wide.High, default }, DLDataType.UInt64 },
    };

    [Theory]
    [MemberData(nameof(Table), DisableDiscoveryEnumeration = true)]
    public void Each_element_type_has_its_dtype(Array array, DLDataType dtype)
    {
        using DlPackObject dl = DlPack.AsDlPack(array);
        using var borrowed = new Borrowed(dl);

        dl.DType.Should().Be(dtype);
        borrowed.DType.Should().Be(dtype);
        borrowed.Shape.Should().Equal(2);
        dl.ByteLength.Should().Be(BytesOf(array));
    }

    [Fact]
    public void The_typed_overloads_use_the_same_table_and_every_type_comes_back()
    {
        ComesBack([true, false, true], DLDataType.Bool);
        ComesBack<sbyte>([-1, 2], DLDataType.Int8);
        ComesBack<short>([-1, 2], DLDataType.Int16);
        ComesBack([-1, 2], DLDataType.Int32);
        ComesBack([-1L, 2L], DLDataType.Int64);
        ComesBack<byte>([1, 255], DLDataType.UInt8);
        ComesBack<ushort>([1, 65535], DLDataType.UInt16);
        ComesBack([1u, 2u], DLDataType.UInt32);
        ComesBack([1ul, 2ul], DLDataType.UInt64);
        ComesBack<nint>([-1, 2], nint.Size == 8 ? DLDataType.Int64 : DLDataType.Int32);
        ComesBack<nuint>([1, 2], nint.Size == 8 ? DLDataType.UInt64 : DLDataType.UInt32);
        ComesBack(['a', 'b'], DLDataType.UInt16);
        ComesBack([(Half)1.5, Half.Epsilon], DLDataType.Float16);
        ComesBack([1.5f, -2], DLDataType.Float32);
        ComesBack([1.5, -2], DLDataType.Float64);
        ComesBack([new Complex(1, 2)], DLDataType.Complex128);
        ComesBack([DayOfWeek.Friday], DLDataType.Int32);
        ComesBack([Small.Low], DLDataType.Int8);
        ComesBack([Wide.High], DLDataType.UInt64);
    }

    [Fact]
    public void Types_that_dotnet_lacks_are_named_by_dtype()
    {
        ComesBack<ushort>([1, 2], DLDataType.BFloat16, DLDataType.BFloat16);
        ComesBack<short>([1, 2], DLDataType.BFloat16, DLDataType.BFloat16);
        ComesBack([(Half)1, (Half)2], DLDataType.BFloat16, DLDataType.BFloat16);
        ComesBack<byte>([1, 2], DLDataType.Float8E4M3FN, DLDataType.Float8E4M3FN);
        ComesBack<sbyte>([1, 2], DLDataType.Float8E5M2, DLDataType.Float8E5M2);
        ComesBack<byte>([1, 2], DLDataType.Float8E8M0FNU, DLDataType.Float8E8M0FNU);
        ComesBack([1L, 2L], DLDataType.Complex64, DLDataType.Complex64);
        ComesBack([1.0, 2.0], DLDataType.Complex64, DLDataType.Complex64);
        ComesBack([new Vector2(1, 2)], DLDataType.Complex64, DLDataType.Complex64);
        ComesBack([1, 2], DLDataType.Complex32, DLDataType.Complex32);

        var fourFloats = new DLDataType(DLDataTypeCode.kDLFloat, 32, lanes: 4);
        ComesBack([new Vector4(1, 2, 3, 4)], fourFloats, fourFloats);
        var handle = new DLDataType(DLDataTypeCode.kDLOpaqueHandle, 64);
        ComesBack([1L, 2L], handle, handle);
    }

    [Fact]
    public void Packed_elements_fill_their_bytes()
    {
        using DlPackObject four = DlPack.AsDlPack(new byte[] { 0x21, 0x43, 0x65 }, DLDataType.Float4E2M1FN);
        using DlPackObject rows = DlPack.AsDlPack(new byte[2, 3], DLDataType.Float6E2M3FN);
        using DlPackObject odd = DlPack.AsDlPack(new byte[3], [5], dtype: DLDataType.Float4E2M1FN);
        using DlPackObject part = DlPack.AsDlPack(
            new byte[] { 1, 2, 3 }, [2], dtype: DLDataType.Float4E2M1FN, offset: 4);

        four.Shape.ToArray().Should().Equal(6);
        four.ByteLength.Should().Be(3);
        four.AsSpan<byte>().ToArray().Should().Equal(0x21, 0x43, 0x65);
        rows.Shape.ToArray().Should().Equal(2, 4);
        rows.ByteLength.Should().Be(6);
        odd.ByteLength.Should().Be(3);
        part.AsSpan<byte>().ToArray().Should().Equal(3);
    }

    [Fact]
    public void Padded_elements_take_a_byte_each()
    {
        byte[] codes = [1, 2, 3];
        using DlPackObject source = DlPack.AsDlPack(codes);
        using DlPackObject dl = DlPack.AsDlPack(
            source.Data, DLDataType.Float4E2M1FN, [3], flags: DLPackFlags.IsSubByteTypePadded);
        using var borrowed = new Borrowed(dl);
        using DlPackObject reversed = DlPack.AsDlPack(
            source.Data + 2, DLDataType.Float4E2M1FN, [3], [-1], flags: DLPackFlags.IsSubByteTypePadded);

        dl.IsSubBytePadded.Should().BeTrue();
        dl.ByteLength.Should().Be(3);
        borrowed.Flags.Should().Be(DLPackFlags.IsSubByteTypePadded);
        dl.AsSpan<byte>().ToArray().Should().Equal(1, 2, 3);
        reversed.ToArray<byte>().Should().Equal(3, 2, 1);
        ((Action)(() => dl.Dlpack(maxVersion: new DLPackVersion(0, 8))))
            .Should().Throw<DlPackException>().WithMessage("*a byte each*legacy*version 1*");
    }

    private static long BytesOf(Array array) => array switch
    {
        Half[] halves => halves.Length * 2,
        Complex[] numbers => numbers.Length * 16,
        nint[] or nuint[] => array.Length * nint.Size,
        _ => Buffer.ByteLength(array),
    };

    private static void ComesBack<T>(T[] array, DLDataType expected, DLDataType? dtype = null)
        where T : unmanaged
    {
        using DlPackObject dl = DlPack.AsDlPack(array, dtype);
        using DlPackObject back = DlPack.FromDlpack(dl.Dlpack());

        back.DType.Should().Be(expected);
        back.Shape.ToArray().Should().Equal(array.Length);
        back.AsSpan<T>().ToArray().Should().Equal(array);
        back.ToArray<T>().Should().Equal(array);
    }
}
