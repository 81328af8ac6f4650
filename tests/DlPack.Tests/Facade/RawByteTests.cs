using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Bytes from a file or a socket, which are elements of some dtype.</summary>
public sealed class RawByteTests : LeakChecked
{
    private readonly byte[] _bytes = MemoryMarshal.AsBytes(new float[] { 1, 2, 3, 4, 5, 6 }.AsSpan()).ToArray();

    [Fact]
    public void Bytes_go_out_as_elements_of_the_dtype_without_copying()
    {
        using DlPackObject flat = DlPack.AsDlPack(_bytes, DLDataType.Float32);
        using DlPackObject shaped = DlPack.AsDlPack(_bytes, [2, 2], [2, 1], DLDataType.Float32, offset: 1);
        using DlPackObject complex = DlPack.AsDlPack(_bytes.AsMemory(), [3], dtype: DLDataType.Complex64);

        flat.ToArray<float>().Should().Equal(1, 2, 3, 4, 5, 6);
        flat.IsCopied.Should().BeFalse();
        flat.AsSpan<float>()[1] = 20;
        shaped.ToArray2D<float>().Should().BeEquivalentTo(new float[,] { { 20, 3 }, { 4, 5 } });
        complex.ToString().Should().Contain("complex64").And.Contain("20");
        BitConverter.ToSingle(_bytes, 4).Should().Be(20);
    }

    [Fact]
    public void The_last_dimension_counts_elements_instead_of_bytes()
    {
        using DlPackObject rows = DlPack.AsDlPack(new byte[3, 16], DLDataType.Float64);
        using DlPackObject untyped = DlPack.AsDlPack((Array)new byte[3, 2, 16], DLDataType.Float16);
        using DlPackObject copy = DlPack.AsDlPack(_bytes.AsSpan(), DLDataType.BFloat16);

        rows.Shape.ToArray().Should().Equal(3, 2);
        untyped.Shape.ToArray().Should().Equal(3, 2, 8);
        copy.Shape.ToArray().Should().Equal(12);
    }

    [Fact]
    public void Bytes_that_hold_no_whole_number_of_elements_are_refused()
    {
        Refused(() => DlPack.AsDlPack(new byte[7], DLDataType.Float32), "*7 bytes*whole number of float32*");
        Refused(() => DlPack.AsDlPack(_bytes, [7], dtype: DLDataType.Float32), "*has 6 elements*");
        using DlPackObject head = DlPack.AsDlPack(new byte[7], [1], dtype: DLDataType.Float32);
        head.Length.Should().Be(1, "a given shape need not fill the buffer");
    }

    [Fact]
    public void A_slice_starts_where_the_dtype_may()
    {
        Refused(
            () => DlPack.AsDlPack(_bytes.AsMemory(2), [1], dtype: DLDataType.Float32), "*2 bytes into*multiple of 4*");
        Refused(
            () => DlPack.AsDlPack(new ArraySegment<byte>(_bytes, 4, 8), [1], dtype: DLDataType.Float64),
            "*4 bytes into*multiple of 8*");
        using DlPackObject single = DlPack.AsDlPack(_bytes.AsMemory(4), [1], dtype: DLDataType.Complex64);
        using DlPackObject half = DlPack.AsDlPack(_bytes.AsMemory(2), [1], dtype: DLDataType.Float16);
        using DlPackObject halves = DlPack.AsDlPack(
            _bytes.AsMemory(2), [1], dtype: new DLDataType(DLDataTypeCode.kDLBcomplex, 32));
        using DlPackObject same = DlPack.AsDlPack(_bytes.AsMemory(3));
        single.Length.Should().Be(1);
        half.Length.Should().Be(1);
        halves.Length.Should().Be(1);
        same.Length.Should().Be(21);
    }

    private static void Refused(Func<DlPackObject> act, string message) =>
        act.Should().Throw<ArgumentException>().WithMessage(message);
}
