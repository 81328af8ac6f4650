using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Shapes and strides that do not fit, for every kind of buffer that has a size.</summary>
public sealed class BadLayoutTests : LeakChecked
{
    private delegate DlPackObject Lay(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides, long offset);

    [Fact]
    public void A_shape_that_needs_more_elements_than_there_are_is_refused()
    {
        Refused([7], [], 0, "*[7]*element 0*6 elements*smaller shape*");
        Refused([2, 4], [], 0, "*[2, 4]*6 elements*");
        Refused([6], [], 1, "*element 1*");
        Refused([1], [], 6, "*element 6*");
        Refused([], [], 6, "*element 6*");
        Refused([0], [], 7, "*element 7*");
        Refused([1], [], -1, "*element -1*");
        Refused([0], [], -1, "*element -1*");
        Refused([1], [], long.MinValue, "*6 elements*");
        Refused([1], [], long.MaxValue, "*6 elements*");
    }

    [Fact]
    public void Strides_that_reach_outside_are_refused()
    {
        Refused([2], [6], 0, "*strides [6]*elements (not bytes)*");
        Refused([2], [-1], 0, "*strides [-1]*");
        Refused([3], [-1], 1, "*");
        Refused([2, 2], [4, 2], 0, "*strides [4, 2]*");
        Refused([2, 2], [-1, 6], 1, "*");
        Refused([2, 3], [12, 4], 0, "*elements (not bytes)*");
    }

    [Fact]
    public void Strides_of_another_number_of_dimensions_are_refused()
    {
        Refused([2, 3], [1], 0, "*1 strides for 2 dimensions*");
        Refused([6], [1, 1], 0, "*2 strides for 1 dimensions*");
        Refused([], [1], 0, "*1 strides for 0 dimensions*");
        Refused([0], [1, 1], 0, "*2 strides for 1*");
    }

    [Fact]
    public void Negative_extents_are_refused()
    {
        Refused([-1], [], 0, "*[-1]*negative extent -1*");
        Refused([2, -3], [], 0, "*negative extent -3*");
        Refused([-2, -3], [], 0, "*negative*");
        Refused([0, -1], [], 0, "*negative extent -1*");
        Refused([-1, 0], [], 0, "*negative extent -1*");
        Refused([long.MinValue], [1], 0, "*negative*");
    }

    [Fact]
    public void Products_that_overflow_are_refused()
    {
        Refused([1L << 32, 1L << 32], [], 0, "*more elements than a 64-bit number*");
        Refused([long.MaxValue, 2], [], 0, "*more elements*");
        Refused([3, long.MaxValue / 2], [], 0, "*more elements*");
        Refused([1L << 32, 1L << 32], [0, 0], 0, "*more elements*");
        Refused([3], [long.MaxValue], 0, "*beyond 64-bit*");
        Refused([2, 2], [long.MaxValue, long.MaxValue], 0, "*beyond 64-bit*");
        Refused([2, 2], [long.MinValue, long.MinValue], 0, "*beyond 64-bit*");
        Refused([2], [long.MinValue], 5, "*");
        Refused([2], [long.MaxValue], 5, "*");
        Refused([1L << 62], [0], 0, "*more bytes than a 64-bit number*");
        Refused([1L << 61], [], 0, "*");
    }

    [Fact]
    public void More_dimensions_than_anybody_reads_are_refused()
    {
        long[] ones = [.. Enumerable.Repeat(1L, 65)];

        Refused(ones, [], 0, "*65 dimensions*64*");
        Refused(ones, ones, 0, "*65 dimensions*");
        Refused(new long[1000], [], 0, "*1000 dimensions*");
    }

    [Fact]
    public void Elements_at_the_very_edges_are_accepted()
    {
        foreach (Lay lay in Buffers())
        {
            using DlPackObject all = lay([6], [], 0);
            using DlPackObject last = lay([], [], 5);
            using DlPackObject backwards = lay([6], [-1], 5);
            using DlPackObject behind = lay([0], [], 6);
            using DlPackObject corners = lay([2, 2], [4, 1], 0);

            last.ToArray<double>().Should().Equal(5);
            backwards.ToArray<double>().Should().Equal(5, 4, 3, 2, 1, 0);
            corners.ToArray<double>().Should().Equal(0, 1, 4, 5);
            behind.Length.Should().Be(0);
        }
    }

    private static void Refused(long[] shape, long[] strides, long offset, string message)
    {
        foreach (Lay lay in Buffers())
        {
            ((Action)(() => lay(shape, strides, offset))).Should().Throw<ArgumentException>().WithMessage(message);
        }
    }

    // Every way to lay a shape over six numbers: 0, 1, 2, 3, 4, 5.
    private static Lay[] Buffers()
    {
        double[] array = [0, 1, 2, 3, 4, 5];
        double[] wider = [-1, 0, 1, 2, 3, 4, 5, -1];
        double[,] ranked = { { 0, 1, 2 }, { 3, 4, 5 } };
        return
        [
            (shape, strides, offset) => DlPack.AsDlPack(array, shape, strides, offset: offset),
            (shape, strides, offset) => DlPack.AsDlPack(ranked, shape, strides, offset: offset),
            (shape, strides, offset) => DlPack.AsDlPack(wider.AsMemory(1, 6), shape, strides, offset: offset),
            (shape, strides, offset) => DlPack.AsDlPack((ReadOnlyMemory<double>)array, shape, strides, offset: offset),
            (shape, strides, offset) =>
                DlPack.AsDlPack(new ArraySegment<double>(wider, 1, 6), shape, strides, offset: offset),
            (shape, strides, offset) => DlPack.AsDlPack(array.AsSpan(), shape, strides, offset: offset),
            (shape, strides, offset) => DlPack.AsDlPack((ReadOnlySpan<double>)array, shape, strides, offset: offset),
            (shape, strides, offset) =>
            {
                using DlPackObject whole = DlPack.AsDlPack(array);
                return DlPack.AsDlPack(whole, shape, strides, offset: offset);
            },
            (shape, strides, offset) =>
            {
                unsafe
                {
                    return DlPack.FromDlpack(DlPack.Export(array, shape, strides, offset: offset));
                }
            },
        ];
    }
}
