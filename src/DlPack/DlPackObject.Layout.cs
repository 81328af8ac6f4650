using DlPackNet.Layout;

namespace DlPackNet;

public sealed unsafe partial class DlPackObject
{
    /// <summary>
    /// Shape and strides in units of a .NET type, which may be a struct that covers several elements.
    /// </summary>
    /// <typeparam name="T">
    /// The .NET type of the dtype; where .NET has none any type of the same size; or a struct that covers whole
    /// trailing dimensions (Vector3 over [n, 3] float32).
    /// </typeparam>
    /// <returns>
    /// Extents and strides, both in <typeparamref name="T"/>, without the dimensions that one <typeparamref name="T"/>
    /// covers. The first <typeparamref name="T"/> is at <see cref="Data"/>.
    /// </returns>
    /// <exception cref="DlPackException">
    /// The dtype is another; no number of trailing dimensions makes up one <typeparamref name="T"/>; or the strides
    /// leave gaps inside of one, or lead to a part of one.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    /// <remarks>For adapters: it tells how to lay another library's view over the memory, on any device.</remarks>
    public (long[] Shape, long[] Strides) LayoutIn<T>()
        where T : unmanaged
    {
        _ = Keeper;
        CheckCanBeSeenAs<T>();
        long itemSize = DTypes.ItemSize(DType, IsSubBytePadded);
        ReadOnlySpan<long> shape = Shape;
        ReadOnlySpan<long> strides = Strides;
        int outer = shape.Length;
        long covered = itemSize;
        bool hasGaps = false;
        while (outer > 0 && covered > 0 && covered < sizeof(T))
        {
            outer--;
            hasGaps |= shape[outer] != 1 && strides[outer] * itemSize != covered;
            covered = shape[outer] > sizeof(T) ? long.MaxValue : covered * shape[outer];
        }

        if (covered != sizeof(T))
        {
            throw new DlPackException(
                $"A tensor of {DType} with shape {TensorLayout.Describe(shape)} has no dimensions of whole "
                + $"{typeof(T)}. Ask for the .NET type of one element, or use AsSpan, which is flat.");
        }

        var steps = new long[outer];
        for (int i = 0; i < outer; i++)
        {
            // Counts of bytes cannot overflow: the tensor's reach was checked when it was made.
            long bytes = strides[i] * itemSize;
            hasGaps |= bytes % sizeof(T) != 0;
            steps[i] = bytes / sizeof(T);
        }

        return hasGaps
            ? throw new DlPackException(
                $"The strides {TensorLayout.Describe(strides)} of shape {TensorLayout.Describe(shape)} leave gaps "
                + $"inside of or between items of {typeof(T)}. Take Copy() first, which has none.")
            : (shape.Slice(0, outer).ToArray(), steps);
    }

    /// <summary>
    /// Throws unless the main processor can read the memory, and waits for pending work on the content.
    /// </summary>
    /// <exception cref="DlPackException">
    /// The tensor is on a device that the main processor cannot read, or a stream still works on it and no adapter for
    /// its device is installed.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    /// <remarks>
    /// For adapters and readers of <see cref="Data"/>: <see cref="AsSpan{T}"/> and its like do this themselves.
    /// </remarks>
    public void EnsureOnHost()
    {
        _ = Keeper;
        if (!Device.IsCpuReadable)
        {
            throw NotOnHost();
        }

        CompleteForHost();
    }

    private void CheckCanBeSeenAs<T>()
        where T : unmanaged
    {
        if (!ViewRules.CanBeSeenAs<T>(DType, IsSubBytePadded, Shape))
        {
            throw Unseeable<T>();
        }
    }

    // Apart from the checks, so that what passes them is quick.
    private DlPackException NotOnHost() => new(
        $"The tensor is on {Device}, which the main processor cannot read. Copy it here first by "
        + "Copy(), with the adapter for that device installed.");

    private DlPackException Unseeable<T>()
        where T : unmanaged => new(
        $"A tensor of {DType}{TensorLayout.Describe(Shape)} cannot be seen as {typeof(T)}. "
        + ViewRules.WayOut(DType));
}
