using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>A span cannot be kept, so it is copied: aligned, and flagged as a copy.</summary>
public sealed class SpanCopyTests : LeakChecked
{
    [Fact]
    public void A_span_is_copied_aligned_and_says_so()
    {
        Span<int> span = [1, 2, 3];
        using DlPackObject dl = DlPack.AsDlPack(span);
        using var borrowed = new Borrowed(dl);

        span[0] = 100;
        borrowed.Elements<int>().Should().Equal(1, 2, 3);
        borrowed.Flags.Should().Be(DLPackFlags.IsCopied);
        (borrowed.Data % 256).Should().Be(0);
        dl.IsCopied.Should().BeTrue();
        dl.IsReadOnly.Should().BeFalse();
        Live.Should().Be(new LiveCounts(1, 0, 1, 0, Allocations: 1, 0));
    }

    [Fact]
    public void Only_one_consumer_is_told_that_the_copy_may_be_its_own()
    {
        using DlPackObject dl = DlPack.AsDlPack((Span<int>)[1, 2, 3]);
        using DlPackObject view = DlPack.AsDlPack(dl, [2]);
        using var first = new Borrowed(view);
        using var second = new Borrowed(dl);
        using var fresh = new Borrowed(dl.Dlpack(copy: true));

        first.Flags.Should().Be(DLPackFlags.IsCopied);
        second.Flags.Should().Be(DLPackFlags.None);
        fresh.Flags.Should().Be(DLPackFlags.IsCopied);
        dl.IsCopied.Should().BeTrue();
    }

    [Fact]
    public void A_read_only_span_becomes_a_copy_that_may_be_written()
    {
        using DlPackObject dl = DlPack.AsDlPack("abc".AsSpan());

        dl.AsSpan<char>()[0] = 'A';
        dl.ToArray<char>().Should().Equal('A', 'b', 'c');
    }

    [Fact]
    public void Shape_strides_dtype_and_offset_apply_to_the_copy()
    {
        ReadOnlySpan<ushort> readOnly = [0, 1, 2, 3, 4, 5];
        Span<ushort> span = [0, 1, 2, 3, 4, 5];

        using DlPackObject first = DlPack.AsDlPack(readOnly, [2, 2], strides: [1, 2], DLDataType.BFloat16, offset: 1);
        using DlPackObject second = DlPack.AsDlPack(span, shape: [3], strides: [-1], offset: 5);
        using DlPackObject third = DlPack.AsDlPack(span, dtype: DLDataType.Float16);

        first.DType.Should().Be(DLDataType.BFloat16);
        first.ToArray<ushort>().Should().Equal(1, 3, 2, 4);
        second.ToArray<ushort>().Should().Equal(5, 4, 3);
        third.DType.Should().Be(DLDataType.Float16);
    }

    [Fact]
    public void A_failing_call_frees_the_copy()
    {
        ((Action)(() => DlPack.AsDlPack((ReadOnlySpan<int>)[1, 2], [3]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.AsDlPack((Span<int>)[1, 2], [2], [1, 1]))).Should().Throw<ArgumentException>();
        ((Action)(() => DlPack.AsDlPack((Span<byte>)[1, 2], DLDataType.Float6E2M3FN)))
            .Should().Throw<ArgumentException>().WithMessage("*2 bytes*whole number*shape*");
        ((Action)(() => DlPack.AsDlPack((Span<decimal>)[1, 2]))).Should().Throw<ArgumentException>();
        Live.Should().Be(default(LiveCounts));
    }
}
