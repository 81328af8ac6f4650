using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet.Benchmarks.HandOver;

/// <summary>ILGPU, on its CPU accelerator.</summary>
internal sealed class Ilgpu : Gigabyte
{
    private readonly Lazy<Accelerator> _cpu =
        new(() => Context.Create(builder => builder.CPU()).CreateCPUAccelerator(0));

    /// <inheritdoc/>
    public override string Name => "ILGPU";

    /// <inheritdoc/>
    public override DlPackObject Lend(object value) => ((MemoryBuffer2D<float, Stride2D.DenseY>)value).AsDlPack();

    /// <inheritdoc/>
    public override float Take(DlPackObject tensor)
    {
        ArrayView2D<float, Stride2D.DenseY> view =
            tensor.AsArrayView2D<float>(_cpu.Value, readOnly: tensor.IsReadOnly);
        float last = view[Last, Last];
        view.Release();
        return last;
    }

    /// <inheritdoc/>
    public override object CopyIn(float[] items)
    {
        MemoryBuffer2D<float, Stride2D.DenseY> buffer = _cpu.Value.Allocate2DDenseY<float>(new LongIndex2D(Side, Side));
        buffer.View.BaseView.CopyFromCPU(items);
        return buffer;
    }

    /// <inheritdoc/>
    public override float[] CopyOut(object value)
    {
        float[] items = new float[Side * Side];
        ((MemoryBuffer2D<float, Stride2D.DenseY>)value).View.BaseView.CopyToCPU(items);
        return items;
    }
}
