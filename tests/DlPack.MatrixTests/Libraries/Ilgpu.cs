using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>ILGPU, on its CPU accelerator.</summary>
internal sealed class Ilgpu : Library
{
    private readonly Lazy<Accelerator> _cpu =
        new(() => Context.Create(builder => builder.CPU()).CreateCPUAccelerator(0));

    /// <inheritdoc/>
    public override string Name => "ILGPU";

    /// <inheritdoc/>
    public override string How => "`DlPack.ILGPU`, buffers and views of the CPU accelerator";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        MemoryBuffer2D<float, Stride2D.DenseY> buffer = _cpu.Value.Allocate2DDenseY<float>(new LongIndex2D(2, 3));
        ArrayView2D<float, Stride2D.DenseY> view = buffer.View;
        return new Lent(buffer.AsDlPack(), (i, j) => view[i, j], (i, j, value) => view[i, j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        ArrayView2D<float, Stride2D.DenseY> view =
            tensor.AsArrayView2D<float>(_cpu.Value, readOnly: tensor.IsReadOnly);
        return new Taken(
            (i, j) => view[i, j],
            tensor.IsReadOnly ? null : (i, j, value) => view[i, j] = value,
            () => view.Release());
    }
}
