using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Elements that no other library would understand, and what to do instead.</summary>
public sealed class BadElementTests : LeakChecked
{
    private record struct Named(string Name, int Value);

    private record struct Plain(int A, long B);

    [Fact]
    public void Texts_are_lent_as_their_bytes_or_chars() =>
        Refuses(() => DlPack.AsDlPack((string[])["a"]), "*System.String*no DLPack dtype*UTF-8*char[*");

    [Fact]
    public void Decimals_are_converted_or_lent_raw()
    {
        Refuses(() => DlPack.AsDlPack(new decimal[2]), "*System.Decimal*double*dtype: DLDataType.UInt8*16 raw bytes*");
        Refuses(() => DlPack.AsDlPack((Array)new decimal[2]), "*System.Decimal*double*");
    }

    [Fact]
    public void Times_are_lent_as_ticks()
    {
        Refuses(() => DlPack.AsDlPack(new DateTime[2]), "*System.DateTime*dtype: DLDataType.Int64*ticks*");
        Refuses(() => DlPack.AsDlPack(new TimeSpan[2]), "*System.TimeSpan*Int64*ticks*");
    }

    [Fact]
    public void Jagged_arrays_are_put_into_one()
    {
        Refuses(() => DlPack.AsDlPack((int[][])[[1], [2]]), "*System.Int32[]*jagged*T[*shape*T[,]*");
        Refuses(() => DlPack.AsDlPack(new int[1][,]), "*jagged*");
    }

    [Fact]
    public void Objects_and_structs_with_references_are_no_numbers()
    {
        Refuses(() => DlPack.AsDlPack(new object[1]), "*System.Object*values without references*");
        Refuses(() => DlPack.AsDlPack(new Named[1]), "*Named*no DLPack dtype*");
        Refuses(() => DlPack.AsDlPack(new Named[1], DLDataType.UInt8), "*Named*without references*");
    }

    [Fact]
    public void Values_that_may_be_missing_are_copied_with_something_in_their_place()
    {
        Refuses(() => DlPack.AsDlPack(new int?[1]), "*Nullable*no DLPack dtype*an array of System.Int32*missing*");
        Refuses(() => DlPack.AsDlPack(new int?[1], DLDataType.Int32), "*Nullable*an array of System.Int32*missing*");
    }

    [Fact]
    public void Structs_need_a_dtype_that_says_what_they_are()
    {
        Refuses(() => DlPack.AsDlPack(new Plain[2]), "*Plain*Pass dtype*without references*UInt8*");
        Refuses(() => DlPack.AsDlPack(new Plain[2].AsMemory()), "*Plain*Pass dtype*");
        Refuses(() => DlPack.AsDlPack(new Plain[2, 2]), "*Plain*");
        Refuses(() => DlPack.AsDlPack((Array)new Plain[2, 2], DLDataType.UInt8), "*Plain*typed at compile time*");
        Refuses(() => DlPack.AsDlPack(new Plain[2], new DLDataType(DLDataTypeCode.kDLFloat, 96)), "*96 bits*128*");
    }

    [Fact]
    public void A_dtype_of_another_size_is_refused_with_both_sizes()
    {
        Refuses(() => DlPack.AsDlPack(new float[4], DLDataType.Float64), "*float64*64 bits*System.Single*32*Cast*");
        Refuses(() => DlPack.AsDlPack(new float[4], DLDataType.UInt8), "*uint8*8 bits*System.Single*32*");
        Refuses(() => DlPack.AsDlPack(new float[4], DLDataType.Float4E2M1FN), "*4 bits*32*");
        Refuses(() => DlPack.AsDlPack(new sbyte[4], DLDataType.BFloat16), "*bfloat16*16 bits*System.SByte*8*");
        Refuses(
            () => DlPack.AsDlPack(new bool[4], [1], dtype: DLDataType.Float32), "*float32*32 bits*System.Boolean*8*");
        Refuses(() => DlPack.AsDlPack(new float[2, 2], DLDataType.Float16), "*float16*");
        Refuses(() => DlPack.AsDlPack((Array)new float[2, 2], DLDataType.Float16), "*float16*");
        Refuses(() => DlPack.AsDlPack(new float[4].AsMemory(), [4], dtype: DLDataType.Int8), "*int8*");
    }

    [Theory]
    [InlineData(DLDataTypeCode.kDLFloat, 0, 1)]
    [InlineData(DLDataTypeCode.kDLFloat, 8, 1)]
    [InlineData(DLDataTypeCode.kDLInt, 7, 1)]
    [InlineData(DLDataTypeCode.kDLInt, 8, 0)]
    [InlineData(DLDataTypeCode.kDLBfloat, 8, 1)]
    [InlineData(DLDataTypeCode.kDLComplex, 8, 1)]
    [InlineData(DLDataTypeCode.kDLBool, 16, 1)]
    [InlineData(DLDataTypeCode.kDLFloat8_e5m2, 16, 1)]
    [InlineData(DLDataTypeCode.kDLFloat6_e2m3fn, 8, 1)]
    [InlineData(DLDataTypeCode.kDLFloat4_e2m1fn, 8, 1)]
    public void A_dtype_that_cannot_be_is_refused(DLDataTypeCode code, byte bits, ushort lanes)
    {
        var dtype = new DLDataType(code, bits, lanes);

        Refuses(() => DlPack.AsDlPack(new byte[4], dtype), $"*code {(byte)code} with {bits} bits and {lanes} lanes*");
        Refuses(() => DlPack.AsDlPack((nint)64, dtype, [4]), "*DLDataType.Float32*");
    }

    [Fact]
    public void Packed_elements_start_at_a_byte_and_fill_whole_bytes()
    {
        Refuses(
            () => DlPack.AsDlPack(new byte[4], [2], dtype: DLDataType.Float4E2M1FN, offset: 1),
            "*Element 1*inside a byte*");
        Refuses(() => DlPack.AsDlPack(new byte[4], DLDataType.Float6E3M2FN), "*4 bytes*whole number*Pass the shape*");
        using DlPackObject packed = DlPack.AsDlPack(new byte[4], DLDataType.Float4E2M1FN);
        Refuses(() => DlPack.AsDlPack(packed, [2], offset: 2), "*packed in bytes*element 0, not 2*");
    }

    private static void Refuses(Func<DlPackObject> call, string message) =>
        call.Should().Throw<ArgumentException>().WithMessage(message);
}
