using CsCheck;
using DlPackNet.Layout;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Layout;

public sealed unsafe class StridedCopyTests
{
    public static TheoryData<int> ItemSizes => [1, 2, 3, 4, 5, 7, 8, 12, 16, 24, 48, 100];

    [Fact]
    public void A_tensor_of_rank_0_is_one_element()
    {
        int source = 42;
        int destination = 0;

        StridedCopy.Copy((byte*)&source, [], (byte*)&destination, [], [], sizeof(int));

        destination.Should().Be(42);
    }

    [Fact]
    public void An_empty_tensor_touches_no_memory()
    {
        Action copy = () => StridedCopy.Copy(null, [7, 5, 1], null, [1, 9, 3], [3, 0, 2], sizeof(int));

        copy.Should().NotThrow();
    }

    [Fact]
    public void A_dimension_of_extent_1_may_have_any_stride()
    {
        CheckCopy(
            new StridedLayout([1, 3, 1, 4, 1], [long.MaxValue, 4, -77, 1, long.MinValue]),
            new StridedLayout([1, 3, 1, 4, 1], [long.MinValue, 1, 1 << 20, 3, -1]),
            itemSize: 4);
    }

    [Fact]
    public void Sixty_four_dimensions_are_copied()
    {
        long[] shape = [.. Enumerable.Range(0, 64).Select(i => i % 8 == 0 ? 2L : 1L)];

        CheckCopy(StridedLayout.Contiguous(shape), StridedLayout.ColumnMajor(shape), itemSize: 2);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void A_contiguous_tensor_is_copied(int itemSize)
    {
        StridedLayout layout = StridedLayout.Contiguous([3, 5, 7]);

        CheckCopy(layout, layout, itemSize);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void Rows_cut_from_a_wider_matrix_are_copied(int itemSize)
    {
        CheckCopy(new StridedLayout([5, 9], [13, 1]), new StridedLayout([5, 9], [11, 1]), itemSize);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void A_broadcast_source_is_repeated(int itemSize)
    {
        long[] shape = [4, 9, 10];

        CheckCopy(new StridedLayout(shape, [0, 1, 0]), StridedLayout.Contiguous(shape), itemSize);
        CheckCopy(new StridedLayout(shape, [10, 0, 1]), StridedLayout.ColumnMajor(shape), itemSize);
        CheckCopy(new StridedLayout(shape, [0, 0, 0]), StridedLayout.Contiguous(shape), itemSize);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void Overlapping_windows_are_copied(int itemSize)
    {
        CheckCopy(new StridedLayout([20, 30], [1, 1]), StridedLayout.Contiguous([20, 30]), itemSize);
        CheckCopy(new StridedLayout([20, 30], [-1, 1]), StridedLayout.ColumnMajor([20, 30]), itemSize);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void Layouts_flipped_on_either_side_are_copied(int itemSize)
    {
        foreach (int i in Enumerable.Range(0, 16))
        {
            long Sign(int bit) => (i >> bit & 1) == 0 ? 1 : -1;

            CheckCopy(
                new StridedLayout([10, 12], [12 * Sign(0), Sign(1)]),
                new StridedLayout([10, 12], [12 * Sign(2), Sign(3)]),
                itemSize);
            CheckCopy(
                new StridedLayout([10, 12], [12 * Sign(0), Sign(1)]),
                new StridedLayout([10, 12], [Sign(2), 10 * Sign(3)]),
                itemSize);
        }
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void Images_change_between_interleaved_and_planar(int itemSize)
    {
        CheckCopy(new StridedLayout([3, 17, 19], [1, 57, 3]), StridedLayout.Contiguous([3, 17, 19]), itemSize);
        CheckCopy(new StridedLayout([17, 19, 3], [19, 1, 323]), StridedLayout.Contiguous([17, 19, 3]), itemSize);
        CheckCopy(new StridedLayout([19, 17, 3], [3, 57, 1]), StridedLayout.Contiguous([19, 17, 3]), itemSize);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void A_matrix_of_any_size_up_to_70_is_transposed(int itemSize)
    {
        // A prime step through all pairs keeps the run short; each item size starts at a pair of its own.
        for (int pair = itemSize; pair < 70 * 70; pair += 13)
        {
            long rows = 1 + pair / 70;
            long columns = 1 + pair % 70;
            CheckCopy(
                new StridedLayout([rows, columns], [1, rows + pair % 3]),
                new StridedLayout([rows, columns], [columns + pair % 2, 1]),
                itemSize);
        }
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void A_matrix_larger_than_a_tile_is_transposed(int itemSize)
    {
        foreach (long[] shape in (long[][])[[255, 130], [256, 128], [129, 300]])
        {
            CheckCopy(StridedLayout.ColumnMajor(shape), StridedLayout.Contiguous(shape), itemSize);
        }
    }

    [Theory]
    [InlineData(1, 2048, 2112)]
    [InlineData(2, 1472, 1472)]
    [InlineData(4, 1040, 1056)]
    [InlineData(8, 736, 744)]
    [InlineData(12, 608, 608)]
    [InlineData(16, 512, 532)]
    public void A_matrix_too_large_for_the_cache_is_transposed(int itemSize, long rows, long columns)
    {
        CheckCopy(
            StridedLayout.ColumnMajor([rows, columns]),
            StridedLayout.Contiguous([rows, columns]),
            itemSize,
            alignment: 64);
    }

    [Theory]
    [MemberData(nameof(ItemSizes))]
    public void The_axes_of_a_tensor_are_reversed(int itemSize)
    {
        long[] shape = [9, 5, 11, 10];

        CheckCopy(StridedLayout.ColumnMajor(shape), StridedLayout.Contiguous(shape), itemSize);
    }

    [Fact]
    public void Any_pair_of_layouts_agrees_with_the_plain_loop()
    {
        Gen.Select(StridedLayout.Pairs, Gen.OneOf(1, 2, 3, 4, 8, 12, 16), Gen.OneOf(1, 4, 64))
            .Sample(
                (pair, itemSize, alignment) => CheckCopy(pair.Source, pair.Destination, itemSize, alignment),
                iter: 3000,
                threads: 1);
    }

    /// <summary>Copies between blocks just large enough, and compares every byte, guards included.</summary>
    private static void CheckCopy(StridedLayout source, StridedLayout destination, int itemSize, int alignment = 1)
    {
        using var from = new GuardedBlock(source.Span * itemSize, alignment);
        using var to = new GuardedBlock(destination.Span * itemSize, alignment);
        from.FillWithPattern();
        byte[] before = from.ToArray();
        byte[] expected = to.ToArray();
        PlainCopy(before, from.Start + source.First * itemSize, source, expected, to, destination, itemSize);

        StridedCopy.Copy(
            from.Pointer + source.First * itemSize,
            source.Strides,
            to.Pointer + destination.First * itemSize,
            destination.Strides,
            source.Shape,
            itemSize);

        string layouts = $"{source} was copied to {destination} by {itemSize} bytes";
        to.ToArray().AsSpan().SequenceEqual(expected).Should().BeTrue(layouts);
        from.ToArray().AsSpan().SequenceEqual(before).Should().BeTrue("the source is only read; {0}", layouts);
    }

    private static void PlainCopy(
        byte[] source,
        long sourceStart,
        StridedLayout sourceLayout,
        byte[] expected,
        GuardedBlock to,
        StridedLayout destinationLayout,
        int itemSize)
    {
        long destinationStart = to.Start + destinationLayout.First * itemSize;
        long[] index = new long[sourceLayout.Shape.Length];
        for (long left = sourceLayout.Count; left > 0; left--)
        {
            long fromOffset = sourceStart + sourceLayout.Offset(index) * itemSize;
            long toOffset = destinationStart + destinationLayout.Offset(index) * itemSize;
            source.AsSpan((int)fromOffset, itemSize).CopyTo(expected.AsSpan((int)toOffset));
            for (int i = index.Length - 1; i >= 0 && ++index[i] == sourceLayout.Shape[i]; i--)
            {
                index[i] = 0;
            }
        }
    }
}
