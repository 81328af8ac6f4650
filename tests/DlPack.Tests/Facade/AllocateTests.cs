using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

public sealed class AllocateTests : LeakChecked
{
    [Fact]
    public void New_memory_is_aligned_compact_zeroed_and_writable()
    {
        for (int length = 1; length < 3000; length += 97)
        {
            using DlPackObject dl = DlPack.Allocate<short>([2, length]);

            (dl.Data % 256).Should().Be(0);
            dl.AsSpan<short>().IndexOfAnyExcept((short)0).Should().Be(-1);
            dl.AsSpan<short>().Fill(-1);
            dl.Strides.ToArray().Should().Equal(length, 1);
        }
    }

    [Fact]
    public void Memory_that_is_not_zeroed_is_all_there_too()
    {
        using DlPackObject dl = DlPack.Allocate<double>([1000], zeroed: false);

        dl.AsSpan<double>().Fill(1.5);
        (dl.Data % 256).Should().Be(0);
        dl.ToArray<double>().Should().AllBeEquivalentTo(1.5);
        dl.IsCopied.Should().BeFalse();
        dl.IsReadOnly.Should().BeFalse();
    }

    [Fact]
    public void The_memory_lives_as_long_as_somebody_borrows()
    {
        DlPackObject dl = DlPack.Allocate<int>([4]);
        var borrowed = new Borrowed(dl);
        dl.Dispose();

        Live.Allocations.Should().Be(1);
        borrowed.At<int>(3) = 9;
        borrowed.Elements<int>().Should().Equal(0, 0, 0, 9);
        borrowed.Dispose();
        Live.Allocations.Should().Be(0);
    }

    [Fact]
    public void A_dtype_may_be_named_and_packed_ones_are_counted_in_bits()
    {
        using DlPackObject bfloat = DlPack.Allocate(DLDataType.BFloat16, [3, 5]);
        using DlPackObject packed = DlPack.Allocate(DLDataType.Float4E2M1FN, [3, 3]);
        using DlPackObject vectors = DlPack.Allocate<Matrix3x2>([2]);

        bfloat.ByteLength.Should().Be(30);
        packed.ByteLength.Should().Be(5);
        packed.AsSpan<byte>().Length.Should().Be(5);
        vectors.Shape.ToArray().Should().Equal(2, 3, 2);
    }

    [Fact]
    public void Scalars_and_empty_tensors_can_be_allocated()
    {
        using DlPackObject scalar = DlPack.Allocate<float>([]);
        using DlPackObject empty = DlPack.Allocate<float>([3, 0]);
        using var borrowed = new Borrowed(empty);

        scalar.NDim.Should().Be(0);
        scalar.AsSpan<float>().Length.Should().Be(1);
        borrowed.Data.Should().Be(0);
        borrowed.Shape.Should().Equal(3, 0);
    }

    [Fact]
    public void Impossible_shapes_and_types_are_refused()
    {
        ((Action)(() => DlPack.Allocate<float>([2, -1])))
            .Should().Throw<ArgumentException>().WithMessage("*[2, -1]*-1*");
        ((Action)(() => DlPack.Allocate<float>([1L << 40, 1L << 40]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Allocate<double>([1L << 61]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.Allocate<float>(new long[65])))
            .Should().Throw<ArgumentException>().WithMessage("*65*64*");
        ((Action)(() => DlPack.Allocate(default, [2]))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void A_type_without_a_dtype_is_allocated_by_one()
    {
        ((Action)(() => DlPack.Allocate<Guid>([2, 3]))).Should().Throw<ArgumentException>()
            .WithMessage("*System.Guid*Allocate(DLDataType.UInt8, [2, 3, 16])*AsSpan*");
        ((Action)(() => DlPack.Allocate<decimal>([]))).Should().Throw<ArgumentException>()
            .WithMessage("*System.Decimal*Allocate(DLDataType.UInt8, [16])*");
        using DlPackObject guids = DlPack.Allocate(DLDataType.UInt8, [2, 3, 16]);
        guids.AsSpan<Guid>().Length.Should().Be(6);
    }

    [Fact]
    public void Too_much_memory_is_said_in_bytes()
    {
        Action allocate = () => DlPack.Allocate<double>([1L << 30, 1L << 29]);
        allocate.Should().Throw<OutOfMemoryException>()
            .WithMessage($"*{1L << 62} bytes*float64[1073741824, 536870912]*in elements*");
    }

    [Fact]
    public void Too_much_memory_is_said_to_be_too_much()
    {
        ((Action)(() => DlPack.Allocate<byte>([long.MaxValue]))).Should().Throw<OutOfMemoryException>();
        ((Action)(() => DlPack.Allocate<byte>([long.MaxValue - 100]))).Should().Throw<OutOfMemoryException>();
        ((Action)(() => DlPack.Allocate<byte>([1L << 62], zeroed: false))).Should().Throw<OutOfMemoryException>();
    }
}
