using CsCheck;

namespace DlPackNet.Tests.Layout;

/// <summary>A shape with strides in elements, and the smallest block that holds it.</summary>
internal sealed record StridedLayout(long[] Shape, long[] Strides)
{
    /// <summary>Two layouts of one shape, of rank 0 to 6; only the source's may broadcast.</summary>
    public static Gen<(StridedLayout Source, StridedLayout Destination)> Pairs =>
        from rank in Gen.Int[0, 6]
        from shape in Gen.Frequency((6, Gen.Long[1, 5]), (2, Gen.Long[8, 12]), (1, Gen.Long[0, 40]))
            .Array[rank]
            .Where(extents => extents.Aggregate(1L, (product, extent) => product * extent) <= 20_000)
        from source in Dense(shape)
        from broadcast in Gen.Int[0, 4].Array[rank]
        from destination in Dense(shape)
        select (
            source with { Strides = [.. source.Strides.Zip(broadcast, (stride, zero) => zero == 0 ? 0 : stride)] },
            destination);

    public long Count => Shape.Aggregate(1L, (product, extent) => product * extent);

    /// <summary>Elements of memory before the first element: what negative strides reach back to.</summary>
    public long First => -Reaches.Where(reach => reach < 0).Sum();

    /// <summary>Elements of memory from the lowest to the highest.</summary>
    public long Span => Count == 0 ? 0 : 1 + Reaches.Sum(Math.Abs);

    private IEnumerable<long> Reaches =>
        Count == 0 ? [] : Shape.Zip(Strides, (extent, stride) => extent == 1 ? 0 : (extent - 1) * stride);

    public static StridedLayout Contiguous(long[] shape) => Packed(shape, Enumerable.Range(0, shape.Length));

    public static StridedLayout ColumnMajor(long[] shape) => Packed(shape, Enumerable.Range(0, shape.Length).Reverse());

    /// <summary>Offset of an element from the first, in elements.</summary>
    public long Offset(long[] index)
    {
        long offset = 0;
        for (int i = 0; i < index.Length; i++)
        {
            offset += index[i] * Strides[i];
        }

        return offset;
    }

    public override string ToString() => $"[{string.Join(", ", Shape)}] by [{string.Join(", ", Strides)}]";

    /// <summary>Any order of dimensions, mostly without gaps, any signs.</summary>
    private static Gen<StridedLayout> Dense(long[] shape) =>
        from order in Gen.Shuffle(Enumerable.Range(0, shape.Length).ToArray())
        from step in Gen.Frequency((4, Gen.Const(1L)), (1, Gen.Long[2, 3]))
        from gaps in Gen.Frequency((3, Gen.Const(0L)), (1, Gen.Long[1, 3])).Array[shape.Length]
        from flips in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true))).Array[shape.Length]
        select Packed(shape, order, step, gaps, flips);

    private static StridedLayout Packed(long[] shape, IEnumerable<int> order) =>
        Packed(shape, [.. order], 1, new long[shape.Length], new bool[shape.Length]);

    /// <param name="shape">The extents.</param>
    /// <param name="order">The dimensions, outermost first.</param>
    /// <param name="step">The innermost stride.</param>
    /// <param name="gaps">Elements left unused after each run of a dimension.</param>
    /// <param name="flips">The dimensions that run backwards.</param>
    private static StridedLayout Packed(long[] shape, int[] order, long step, long[] gaps, bool[] flips)
    {
        long[] strides = new long[shape.Length];
        foreach (int dimension in order.Reverse())
        {
            strides[dimension] = flips[dimension] ? -step : step;
            step = (step * Math.Max(shape[dimension], 1)) + gaps[dimension];
        }

        return new StridedLayout(shape, strides);
    }
}
