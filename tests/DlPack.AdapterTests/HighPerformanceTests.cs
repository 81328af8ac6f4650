using CommunityToolkit.HighPerformance;

namespace DlPackNet.AdapterTests;

/// <summary>The suite over <see cref="Memory2D{T}"/>.</summary>
public sealed class HighPerformanceTests : AdapterSuite
{
    /// <inheritdoc/>
    protected override bool HasShape(long[] shape) => shape.Length == 2 && !shape.Contains(0);

    /// <inheritdoc/>
    protected override bool HasLayout(Layout layout) => layout != Layout.Transposed;

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Layout layout, bool isStatic = false)
    {
        (int height, int width) = ((int)shape[0], (int)shape[1]);
        int margin = layout == Layout.Sliced ? 2 : 0;
        var array = new T[height + margin, width + margin];
        Memory2D<T> memory = array.AsMemory2D(margin / 2, margin / 2, height, width);
        return new Lent<T>(
            isStatic ? DlPack.AsDlPack(memory) : memory.AsDlPack(),
            index => array[index[0] + (margin / 2), index[1] + (margin / 2)],
            (index, value) => array[index[0] + (margin / 2), index[1] + (margin / 2)] = value);
    }

    /// <inheritdoc/>
    protected override Counted LendCounted()
    {
        int[,] array = { { 1, 2, 3 }, { 4, 5, 6 } };
        return Counted.Collected(array.AsMemory2D().AsDlPack(), array);
    }

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index) =>
        tensor.AsSpan2D<T>()[(int)index[0], (int)index[1]];

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index) =>
        tensor.AsReadOnlySpan2D<T>()[(int)index[0], (int)index[1]];

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value) =>
        tensor.AsSpan2D<T>()[(int)index[0], (int)index[1]] = value;

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor)
    {
        Memory2D<T> memory = tensor.AsMemory2D<T>();
        return index => memory.Span[(int)index[0], (int)index[1]];
    }
}
