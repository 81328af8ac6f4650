namespace DlPackNet.AdapterTests;

/// <summary>The core's own buffers, which are flat: their shape is the tensor's.</summary>
public abstract class FlatSuite : AdapterSuite
{
    /// <inheritdoc/>
    protected override bool HasLayout(Layout layout) => true;

    /// <inheritdoc/>
    protected override bool CanView(Layout layout) => layout == Layout.Compact;

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index) =>
        tensor.AsSpan<T>()[(int)Indexes.Flat(index, tensor.Strides)];

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index) =>
        tensor.AsReadOnlySpan<T>()[(int)Indexes.Flat(index, tensor.Strides)];

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value) =>
        tensor.AsSpan<T>()[(int)Indexes.Flat(index, tensor.Strides)] = value;

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor)
    {
        Memory<T> memory = tensor.AsMemory<T>();
        long[] strides = tensor.Strides.ToArray();
        return index => memory.Span[(int)Indexes.Flat(index, strides)];
    }

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
    {
        long[] strides = new long[shape.Length];
        long next = layout == Layout.Sliced ? 2 : 1;
        int[] order = [.. Enumerable.Range(0, shape.Length).Reverse()];
        if (layout == Layout.Transposed)
        {
            (order[^1], order[^2]) = (order[^2], order[^1]);
        }

        foreach (int i in order)
        {
            strides[i] = next;
            next *= Math.Max(shape[i], 1);
        }

        long offset = layout == Layout.Sliced ? 3 : 0;
        var array = new T[next + offset];
        return new Lent<T>(
            LendFlat(array, shape, strides, offset),
            index => array[offset + Indexes.Flat(index, strides)],
            (index, value) => array[offset + Indexes.Flat(index, strides)] = value);
    }

    /// <inheritdoc/>
    protected override Counted LendCounted()
    {
        int[] array = [1, 2, 3, 4, 5, 6];
        return Counted.Collected(LendFlat(array, [2, 3], [3, 1], 0), array);
    }

    /// <summary>Lends a part of an array.</summary>
    protected abstract DlPackObject LendFlat<T>(T[] array, long[] shape, long[] strides, long offset)
        where T : unmanaged;
}
