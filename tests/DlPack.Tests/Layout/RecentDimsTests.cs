using DlPackNet.Layout;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Layout;

/// <summary>What was laid out before is found again, and nothing else is taken for it.</summary>
public sealed class RecentDimsTests
{
    private readonly RecentDims _recent = new();

    [Fact]
    public void The_same_shape_has_the_same_dims_with_and_without_its_strides()
    {
        long[] first = Lay([2, 3], []);

        Lay([2, 3], []).Should().BeSameAs(first);
        Lay([2, 3], [3, 1]).Should().BeSameAs(first);
        Lay([2, 3], [1, 2]).Should().Equal(2, 3, 1, 2);
        Lay([2, 3], []).Should().BeSameAs(first).And.Equal(2, 3, 3, 1);
    }

    [Fact]
    public void Each_number_of_dimensions_has_its_own()
    {
        long[] line = Lay([6], []);
        long[] square = Lay([2, 3], []);

        Lay([6], []).Should().BeSameAs(line);
        Lay([2, 3], []).Should().BeSameAs(square);
    }

    [Fact]
    public void Strides_of_another_number_are_refused_for_a_known_shape_too()
    {
        Lay([2, 3], []);

        Action tooFew = () => Lay([2, 3], [3]);
        Action tooMany = () => Lay([2, 3], [3, 1, 1]);

        tooFew.Should().Throw<ArgumentException>().WithMessage("*1 strides for 2 dimensions*");
        tooMany.Should().Throw<ArgumentException>().WithMessage("*3 strides for 2 dimensions*");
    }

    [Fact]
    public void Any_sequence_of_layouts_comes_out_as_if_each_were_the_first()
    {
        var random = new Random(20261126);
        for (int i = 0; i < 20_000; i++)
        {
            long[] shape = Numbers(random, random.Next(11), 0, 4);
            long[] strides = random.Next(3) switch
            {
                0 => [],
                1 => Numbers(random, shape.Length, -3, 4),
                _ => Compact(shape),
            };

            long[] dims = _recent.Lay(shape, strides, out long length, out long first, out long last);

            var expected = new long[2 * shape.Length];
            long expectedLength = TensorLayout.Write(
                shape, strides, expected, out long expectedFirst, out long expectedLast);
            dims.Should().Equal(expected);
            (length, first, last).Should().Be((expectedLength, expectedFirst, expectedLast));
        }
    }

    private static long[] Numbers(Random random, int count, int from, int to) =>
        [.. Enumerable.Range(0, count).Select(_ => (long)random.Next(from, to))];

    private static long[] Compact(long[] shape)
    {
        var dims = new long[2 * shape.Length];
        TensorLayout.WriteCompact(shape, dims);
        return dims[shape.Length..];
    }

    private long[] Lay(long[] shape, long[] strides) => _recent.Lay(shape, strides, out _, out _, out _);
}
