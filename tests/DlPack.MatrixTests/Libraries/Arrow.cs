using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Types;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>Apache.Arrow.</summary>
internal sealed class Arrow : Library
{
    /// <inheritdoc/>
    public override string Name => "Arrow";

    /// <inheritdoc/>
    public override string How => "`DlPack.Arrow`: fixed-size lists, fixed-shape tensors";

    /// <inheritdoc/>
    public override string? ReadOnlyBecause =>
        "Arrow arrays never change: they go out read-only (but for `AsDlPack(array, isWritable: true)`), and have no "
        + "views to write by.";

    /// <inheritdoc/>
    public override Lent Lend()
    {
        ArrowBuffer buffer = new ArrowBuffer.Builder<float>().Resize(6).Build();
        var values = new FloatArray(buffer, ArrowBuffer.Empty, length: 6, nullCount: 0, offset: 0);
        var type = new FixedSizeListType(FloatType.Default, 3);
        var array = new FixedSizeListArray(type, length: 2, values, ArrowBuffer.Empty);
        Memory<byte> memory = MemoryMarshal.AsMemory(buffer.Memory);
        return new Lent(
            array.AsDlPack(),
            (i, j) => values.Values[(3 * i) + j],
            (i, j, value) => MemoryMarshal.Cast<byte, float>(memory.Span)[(3 * i) + j] = value);
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        var array = (FixedShapeTensorArray)tensor.ToArrowArray();
        return new Taken((i, j) => ((FloatArray)array.Values).Values[(3 * i) + j], Set: null, array.Dispose);
    }
}
