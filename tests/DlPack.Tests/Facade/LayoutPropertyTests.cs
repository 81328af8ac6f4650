using CsCheck;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>
/// Any shape, strides and offset, most of them nonsense: they are refused, or every index computed by hand reads the
/// element that the library reads.
/// </summary>
public sealed unsafe class LayoutPropertyTests : LeakChecked
{
    private const int Capacity = 40;

    // An element that stands for several may stand for more than anybody can read.
    private const int MaxChecked = 4096;

    // Small numbers, so that many layouts fit; and rarely those at which arithmetic breaks.
    private static readonly Gen<long> Extent =
        Gen.Frequency((40, Gen.Long[0, 5]), (1, Gen.Long[-2, 60]), (1, Gen.OneOf(1L << 32, long.MaxValue)));

    private static readonly Gen<long> Stride =
        Gen.Frequency((40, Gen.Long[-9, 12]), (1, Gen.OneOf(long.MinValue, long.MaxValue, 1L << 62)));

    private static readonly Gen<long> Offset =
        Gen.Frequency((30, Gen.Long[0, Capacity]), (1, Gen.Long[-3, Capacity + 3]), (1, Gen.Long));

    private static readonly Gen<(long[] Shape, long[] Strides, long Offset)> Layouts =
        from ndim in Gen.Int[0, 5]
        from shape in Extent.Array[ndim]
        from isStrided in Gen.Bool
        from strides in Stride.Array[isStrided ? ndim : 0]
        from offset in Offset
        select (shape, strides, offset);

    private readonly int[] _buffer = [.. Enumerable.Range(1000, Capacity)];

    [Fact]
    public void A_layout_is_refused_or_every_index_reads_its_element()
    {
        int accepted = 0;
        Layouts.Sample(
            layout =>
            {
                long[]? offsets = OffsetsByHand(layout.Shape, layout.Strides, layout.Offset);
                DlPackObject? dl = TryLay(layout.Shape, layout.Strides, layout.Offset);
                (dl is not null).Should().Be(offsets is not null, "that decides whether it fits");
                if (dl is not null)
                {
                    accepted++;
                    CheckElements(dl, layout.Shape, offsets!);
                }
            },
            iter: 3_000,
            threads: 1,
            print: Describe);

        accepted.Should().BeInRange(300, 2_700, "the layouts should be a mixture");
    }

    [Fact]
    public void The_raw_path_and_spans_agree_with_objects()
    {
        Layouts.Sample(
            layout =>
            {
                bool fits = OffsetsByHand(layout.Shape, layout.Strides, layout.Offset) is not null;
                Succeeds(() => Export(layout.Shape, layout.Strides, layout.Offset).Dispose()).Should().Be(fits);
                Succeeds(() => DlPack.Lend(
                    _buffer.AsSpan(), _ => { }, layout.Shape, layout.Strides, offset: layout.Offset)).Should().Be(fits);
            },
            iter: 2_000,
            threads: 1,
            print: Describe);
    }

    [Fact]
    public void A_view_of_a_view_reads_what_the_buffer_has_there()
    {
        (from outer in Layouts from inner in Layouts from back in Gen.Long[-20, 20] select (outer, inner, back)).Sample(
            test =>
            {
                using DlPackObject? outer = TryLay(test.outer.Shape, test.outer.Strides, test.outer.Offset);
                if (outer is null || outer.Length == 0)
                {
                    return;
                }

                try
                {
                    using DlPackObject view = DlPack.AsDlPack(
                        outer, test.inner.Shape, test.inner.Strides, offset: test.back);
                    CheckElements(
                        view,
                        test.inner.Shape,
                        OffsetsByHand(test.inner.Shape, test.inner.Strides, test.outer.Offset + test.back)!);
                }
                catch (ArgumentException)
                {
                }
            },
            iter: 5_000,
            threads: 1);
    }

    private static void CheckElements(DlPackObject dl, long[] shape, long[] offsets)
    {
        using (dl)
        {
            int[] expected = [.. offsets.Select(offset => 1000 + (int)offset)];
            dl.Shape.ToArray().Should().Equal(shape);
            using var borrowed = new Borrowed(dl);
            if (dl.Length > MaxChecked)
            {
                Enumerable.Range(0, MaxChecked).Select(i => borrowed.At<int>(i)).Should().Equal(expected);
                return;
            }

            dl.ToArray<int>().Should().Equal(expected);
            borrowed.Elements<int>().Should().Equal(expected);
            using DlPackObject back = DlPack.FromDlpack(dl.Dlpack(maxVersion: new DLPackVersion(0, 8)));
            back.ToArray<int>().Should().Equal(expected);
            using DlPackObject copy = dl.Copy();
            copy.AsSpan<int>().ToArray().Should().Equal(expected);
            if (dl.IsContiguous)
            {
                dl.AsReadOnlySpan<int>().ToArray().Should().Equal(expected);
            }
        }
    }

    // The first elements' offsets, or null where the layout does not fit; with numbers of any size,
    // so that nothing overflows here.
    private static long[]? OffsetsByHand(long[] shape, long[] strides, long start)
    {
        if (shape.Any(extent => extent < 0) || Product(shape.Where(extent => extent != 0)) > long.MaxValue)
        {
            return null;
        }

        Int128 count = Product(shape);
        if (count == 0)
        {
            return start is >= 0 and <= Capacity ? [] : null;
        }

        Int128[] steps = [.. shape.Select((_, i) => strides.Length > 0 ? strides[i] : Product(shape.Skip(i + 1)))];
        Int128[] reaches = [.. shape.Select((extent, i) => (extent - 1) * steps[i])];
        Int128 lowest = start + reaches.Where(reach => reach < 0).Aggregate(Int128.Zero, (sum, reach) => sum + reach);
        Int128 highest = start + reaches.Where(reach => reach > 0).Aggregate(Int128.Zero, (sum, reach) => sum + reach);
        if (lowest < 0 || highest >= Capacity || count * sizeof(int) > long.MaxValue)
        {
            return null;
        }

        var offsets = new long[(int)Int128.Min(count, MaxChecked)];
        for (int i = 0; i < offsets.Length; i++)
        {
            long rest = i;
            Int128 offset = start;
            for (int dim = shape.Length - 1; dim >= 0; dim--)
            {
                offset += rest % shape[dim] * steps[dim];
                rest /= shape[dim];
            }

            offsets[i] = (long)offset;
        }

        return offsets;
    }

    private static Int128 Product(IEnumerable<long> extents) =>
        extents.Aggregate(Int128.One, (product, extent) => Int128.Min(product * extent, Int128.One << 64));

    private static bool Succeeds(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static string Describe((long[] Shape, long[] Strides, long Offset) layout) =>
        $"[{string.Join(", ", layout.Shape)}] by [{string.Join(", ", layout.Strides)}] from {layout.Offset}";

    private Borrowed Export(long[] shape, long[] strides, long offset) =>
        new((nint)DlPack.Export(_buffer, shape, strides, offset: offset), isVersioned: true);

    private DlPackObject? TryLay(long[] shape, long[] strides, long offset)
    {
        try
        {
            return DlPack.AsDlPack(_buffer, shape, strides, offset: offset);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
