namespace DlPackNet.Python;

/// <summary>Strides in bytes, which DLPack has in elements.</summary>
internal static unsafe class ByteStrides
{
    // Addresses have 57 bits at most.
    private const double FarthestReach = 1L << 57;

    /// <summary>Divides them by the size of an item.</summary>
    /// <returns>False if that leaves a rest where it matters.</returns>
    public static bool TryDivide(
        ReadOnlySpan<nint> bytes, long* shape, nint itemSize, long* strides, out string problem)
    {
        problem = string.Empty;
        bool isEmpty = new ReadOnlySpan<long>(shape, bytes.Length).Contains(0);
        for (int i = 0; i < bytes.Length; i++)
        {
            (nint stride, nint rest) = Math.DivRem(bytes[i], itemSize);
            if (rest != 0 && shape[i] != 1 && !isEmpty)
            {
                problem = $"Stride {bytes[i]} of dimension {i} is no multiple of the item's {itemSize} bytes, which "
                    + "DLPack cannot say. Copy it first.";
                return false;
            }

            if (!isEmpty && Math.Abs((double)bytes[i]) * (shape[i] - 1) > FarthestReach)
            {
                problem = $"Stride {bytes[i]} of dimension {i}, with {shape[i]} indexes, reaches beyond all memory.";
                return false;
            }

            strides[i] = stride;
        }

        return true;
    }
}
