namespace DlPackNet.Python;

/// <summary>Whether elements lie without gaps, in the order of the last or of the first index.</summary>
internal static class Contiguity
{
    public static bool IsC(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long expected = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            if (!Step(shape[i], strides[i], ref expected))
            {
                return shape.Contains(0);
            }
        }

        return true;
    }

    public static bool IsF(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long expected = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            if (!Step(shape[i], strides[i], ref expected))
            {
                return shape.Contains(0);
            }
        }

        return true;
    }

    private static bool Step(long extent, long stride, ref long expected)
    {
        bool fits = extent == 1 || stride == expected;
        expected *= extent;
        return fits;
    }
}
