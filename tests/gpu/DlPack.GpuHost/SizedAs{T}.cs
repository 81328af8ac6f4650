using DlPackNet.Interop;
using ILGPU;
using ILGPU.Runtime;

namespace DlPackNet.GpuHost;

/// <summary>Elements that ILGPU sees as a type.</summary>
internal sealed class SizedAs<T> : Sized
    where T : unmanaged
{
    /// <inheritdoc/>
    public override string Allocate(Machine machine, long count) => $"{machine.Add(machine.Accelerator.Allocate1D<T>(count))}";

    /// <inheritdoc/>
    public override string Lend(
        Machine machine, string buffer, DLDataType dtype, long[] shape, long[] strides, long offset, int stream)
    {
        ArrayView<T> items = machine.Get<MemoryBuffer1D<T, Stride1D.Dense>>(buffer).View.BaseView.SubView(offset);
        AcceleratorStream queue = machine.Streams[stream];
        int[] steps = Array.ConvertAll(strides, step => checked((int)step));
        DlPackObject tensor = shape.Length switch
        {
            1 => new ArrayView1D<T, Stride1D.General>(items, shape[0], new(steps[0])).AsDlPack(queue, dtype),
            2 => new ArrayView2D<T, Stride2D.General>(
                items, new(shape[0], shape[1]), new(new Index2D(steps[0], steps[1]))).AsDlPack(queue, dtype),
            3 => new ArrayView3D<T, Stride3D.General>(
                items, new(shape[0], shape[1], shape[2]), new(new Index3D(steps[0], steps[1], steps[2])))
                .AsDlPack(queue, dtype),
            _ => throw new ArgumentException("Only 1 to 3 dimensions."),
        };
        return $"{machine.Add(tensor)}";
    }

    /// <inheritdoc/>
    public override void CopyKernel(Machine machine, string from, string to, int stream)
    {
        AcceleratorStream queue = machine.Streams[stream];
        using DlPackObject source = Plain(machine.Get<DlPackObject>(from));
        using DlPackObject target = Plain(machine.Get<DlPackObject>(to));
        var sourceView = source.AsArrayView3D<T, Stride3D.General>(machine.Accelerator, queue, readOnly: true);
        var targetView = target.AsArrayView3D<T, Stride3D.General>(machine.Accelerator, queue);
        var kernel = machine.Accelerator
            .LoadAutoGroupedKernel<Index3D, ArrayView3D<T, Stride3D.General>, ArrayView3D<T, Stride3D.General>>(
                Kernels.Copy);
        kernel(queue, sourceView.IntExtent, sourceView, targetView);
        sourceView.Release();
        targetView.Release();
    }

    // As three dimensions of integers of the same size: what the bits mean does not matter to a copy.
    private static unsafe DlPackObject Plain(DlPackObject tensor)
    {
        long[] shape = [.. Enumerable.Repeat(1L, 3 - tensor.NDim), .. tensor.Shape];
        long[] strides = [.. Enumerable.Repeat(1L, 3 - tensor.NDim), .. tensor.Strides];
        DLDataType dtype = sizeof(T) == 16
            ? DLDataType.Complex128
            : new DLDataType(DLDataTypeCode.kDLUInt, (byte)(8 * sizeof(T)));
        return DlPack.AsDlPack(tensor, shape, strides, dtype);
    }
}
