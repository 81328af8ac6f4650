using System.Runtime.CompilerServices;
using DlPackNet.AdapterTests;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using Placing = DlPackNet.AdapterTests.Layout;

namespace DlPackNet.IlgpuTests;

/// <summary>The adapter suite over ILGPU's views of one, two and three dimensions, on the CPU accelerator.</summary>
public sealed class IlgpuSuite : AdapterSuite
{
    /// <inheritdoc/>
    protected override long PinsWhileLent => 0;

    /// <inheritdoc/>
    protected override bool HasShape(long[] shape) => shape.Length is >= 1 and <= 3;

    /// <inheritdoc/>
    protected override bool HasLayout(Placing layout) => true;

    /// <inheritdoc/>
    protected override Lent<T> Lend<T>(long[] shape, Placing layout, bool isStatic = false)
    {
        int margin = layout == Placing.Sliced ? 2 : 0;
        long[] outer = [.. shape.Select(extent => extent + margin)];
        long[] strides = StridesOf(outer, layout == Placing.Transposed);
        long start = strides.Sum() * (margin / 2);
        long count = outer.Aggregate(1L, (product, extent) => product * extent);

        // Not Allocate1D, which refuses bool: what T is does not matter to memory. Nor is there any zeroing.
        CPUMemoryBuffer buffer = CPUMemoryBuffer.Create(Machine.Cpu, count, Unsafe.SizeOf<T>());
        AtEnd(buffer.Dispose);
        var whole = new ArrayView<T>(buffer, 0, count);
        if (count > 0)
        {
            whole.MemSetToZero();
        }

        ArrayView<T> part = count == 0 ? whole : whole.SubView(start);
        return new Lent<T>(
            Lend(part, shape, strides, isStatic),
            index => whole[start + Indexes.Flat(index, strides)],
            (index, value) => whole[start + Indexes.Flat(index, strides)] = value);
    }

    /// <summary>The memory of ILGPU's buffer is ours here, so that its release can be counted.</summary>
    protected override Counted LendCounted()
    {
        int releases = 0;
        using DlPackObject ours = Counted.Memory(() => releases++);
        ArrayView2D<int, Stride2D.DenseY> view = ours.AsArrayView2D<int>(Machine.Cpu);
        return new Counted(view.AsDlPack(), () => view.Release(), () => releases);
    }

    /// <inheritdoc/>
    protected override T Read<T>(DlPackObject tensor, long[] index)
    {
        Accessor<T> view = Open<T>(tensor, readOnly: false);
        T value = view.Get(index);
        view.Release();
        return value;
    }

    /// <inheritdoc/>
    protected override T ReadReadOnly<T>(DlPackObject tensor, long[] index)
    {
        Accessor<T> view = Open<T>(tensor, readOnly: true);
        T value = view.Get(index);
        view.Release();
        return value;
    }

    /// <inheritdoc/>
    protected override void Write<T>(DlPackObject tensor, long[] index, T value)
    {
        Accessor<T> view = Open<T>(tensor, readOnly: false);
        view.Set(index, value);
        view.Release();
    }

    /// <inheritdoc/>
    protected override Func<long[], T> Hold<T>(DlPackObject tensor) => Open<T>(tensor, readOnly: false).Get;

    private static long[] StridesOf(long[] shape, bool isReversed)
    {
        var strides = new long[shape.Length];
        long next = 1;
        for (int i = 0; i < shape.Length; i++)
        {
            int dimension = isReversed ? i : shape.Length - 1 - i;
            strides[dimension] = next;
            next *= Math.Max(shape[dimension], 1);
        }

        return strides;
    }

    private static DlPackObject Lend<T>(ArrayView<T> part, long[] shape, long[] strides, bool isStatic)
        where T : unmanaged
    {
        switch (shape.Length)
        {
            case 1:
                var one = new ArrayView1D<T, Stride1D.General>(part, shape[0], new((int)strides[0]));
                return isStatic ? DlPack.AsDlPack(one) : one.AsDlPack();
            case 2:
                var two = new ArrayView2D<T, Stride2D.General>(
                    part, new(shape[0], shape[1]), new(new Index2D((int)strides[0], (int)strides[1])));
                return isStatic ? DlPack.AsDlPack(two) : two.AsDlPack();
            default:
                var three = new ArrayView3D<T, Stride3D.General>(
                    part,
                    new(shape[0], shape[1], shape[2]),
                    new(new Index3D((int)strides[0], (int)strides[1], (int)strides[2])));
                return isStatic ? DlPack.AsDlPack(three) : three.AsDlPack();
        }
    }

    private static Accessor<T> Open<T>(DlPackObject tensor, bool readOnly)
        where T : unmanaged
    {
        switch (tensor.NDim)
        {
            case 2:
                ArrayView2D<T, Stride2D.General> two =
                    tensor.AsArrayView2D<T, Stride2D.General>(Machine.Cpu, readOnly: readOnly);
                return new(
                    index => two[index[0], index[1]],
                    (index, value) => two[index[0], index[1]] = value,
                    () => two.Release());
            case 3:
                ArrayView3D<T, Stride3D.General> three =
                    tensor.AsArrayView3D<T, Stride3D.General>(Machine.Cpu, readOnly: readOnly);
                return new(
                    index => three[index[0], index[1], index[2]],
                    (index, value) => three[index[0], index[1], index[2]] = value,
                    () => three.Release());
            default:
                ArrayView1D<T, Stride1D.General> one =
                    tensor.AsArrayView1D<T, Stride1D.General>(Machine.Cpu, readOnly: readOnly);
                return new(index => one[index[0]], (index, value) => one[index[0]] = value, () => one.Release());
        }
    }

    private sealed record Accessor<T>(Func<long[], T> Get, Action<long[], T> Set, Action Release);
}
