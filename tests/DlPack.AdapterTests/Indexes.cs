namespace DlPackNet.AdapterTests;

/// <summary>Shapes and the indexes in them.</summary>
internal static class Indexes
{
    /// <summary>Every index of a shape, in row-major order; one empty index for a scalar.</summary>
    public static IEnumerable<long[]> Of(long[] shape)
    {
        long count = shape.Aggregate(1L, (product, extent) => product * extent);
        for (long n = 0; n < count; n++)
        {
            var index = new long[shape.Length];
            long rest = n;
            for (int i = shape.Length - 1; i >= 0; i--)
            {
                index[i] = rest % shape[i];
                rest /= shape[i];
            }

            yield return index;
        }
    }

    /// <summary>The element that an index means.</summary>
    public static long Flat(long[] index, ReadOnlySpan<long> strides)
    {
        long flat = 0;
        for (int i = 0; i < index.Length; i++)
        {
            flat += index[i] * strides[i];
        }

        return flat;
    }

    /// <summary>The indexes as native numbers; a scalar's as that of one dimension of one.</summary>
    public static nint[] Native(long[] index) => index.Length == 0 ? [0] : [.. index.Select(i => (nint)i)];
}
