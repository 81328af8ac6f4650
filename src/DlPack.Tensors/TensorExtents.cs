using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Between the 64-bit numbers of DLPack and the native ones of System.Numerics.Tensors.</summary>
internal static class TensorExtents
{
    private static readonly long[] _noElements = [0];
    private static readonly long[] _compact = [1];

    /// <summary>The shape. A tensor of no dimensions has no elements there, but is a scalar in DLPack.</summary>
    public static ReadOnlySpan<long> Shape(ReadOnlySpan<nint> lengths) =>
        lengths.IsEmpty ? _noElements : Widen(lengths);

    /// <summary>The strides, as many as <see cref="Shape"/> has extents.</summary>
    public static ReadOnlySpan<long> Strides(ReadOnlySpan<nint> strides) => strides.IsEmpty ? _compact : Widen(strides);

    /// <summary>The lengths. A scalar is one dimension of one.</summary>
    public static nint[] Lengths(long[] shape) => shape.Length == 0 ? [1] : Narrow(shape);

    /// <summary>The strides, which must be 0 in a dimension of one.</summary>
    public static nint[] Strides(long[] shape, long[] strides)
    {
        var numbers = new nint[Math.Max(1, shape.Length)];
        for (int i = 0; i < shape.Length; i++)
        {
            numbers[i] = shape[i] == 1 ? 0 : checked((nint)strides[i]);
        }

        return numbers;
    }

    /// <summary>How many items lie from the first to the last, none of them before the first.</summary>
    public static long Extent(ReadOnlySpan<long> shape, ReadOnlySpan<long> strides)
    {
        long last = 0;
        for (int i = 0; i < shape.Length; i++)
        {
            if (shape[i] == 0)
            {
                return 0;
            }

            last = checked(last + ((shape[i] - 1) * strides[i]));
        }

        return last + 1;
    }

    // Where a native number has 64 bits, it is one already.
    private static ReadOnlySpan<long> Widen(ReadOnlySpan<nint> numbers) => nint.Size == sizeof(long)
        ? MemoryMarshal.Cast<nint, long>(numbers)
        : Array.ConvertAll(numbers.ToArray(), number => (long)number);

    private static nint[] Narrow(long[] numbers) => Array.ConvertAll(numbers, number => checked((nint)number));
}
