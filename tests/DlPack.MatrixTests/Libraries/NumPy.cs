using DlPackNet.Interop;

namespace DlPackNet.MatrixTests.Libraries;

/// <summary>NumPy in this process, by capsules as any Python host makes them.</summary>
internal sealed unsafe class NumPy : Library
{
    /// <inheritdoc/>
    public override string Name => "NumPy";

    /// <inheritdoc/>
    public override string How => "capsules, `numpy.from_dlpack`, `ndarray.__dlpack__` (2.1 and later)";

    /// <inheritdoc/>
    public override string Where => Debian13.Where;

    /// <inheritdoc/>
    public override string? Missing => Python.Missing;

    /// <inheritdoc/>
    public override string? ReadOnlyBecause =>
        "NumPy 2.2, which Debian 13 has, marks all arrays of `numpy.from_dlpack` read-only, those of NumPy itself too.";

    /// <inheritdoc/>
    public override bool IsRunElsewhere => Debian13.IsElsewhere;

    /// <inheritdoc/>
    public override Lent Lend()
    {
        nint capsule = Python.Evaluate(
            """
            lent = numpy.zeros((2, 3), numpy.float32)
            value = lent.__dlpack__(max_version=(1, 0))
            """);
        var tensor = (DLManagedTensorVersioned*)Python.Consume(capsule);
        return new Lent(
            DlPack.FromDlpack(tensor),
            (i, j) => Python.Number($"value = float(lent[{i}, {j}])"),
            (i, j, value) => Python.Run($"lent[{i}, {j}] = {value}"));
    }

    /// <inheritdoc/>
    public override Taken Take(DlPackObject tensor)
    {
        using DlPackCapsule capsule = tensor.Dlpack();
        Python.SetCapsule("capsule", capsule);
        Python.Run(
            """
            class Lent:
                def __dlpack_device__(self): return (1, 0)
                def __dlpack__(self, **_): return capsule
            taken = numpy.from_dlpack(Lent())
            """);
        bool isReadOnly = Python.Number("value = float(taken.flags.writeable)") == 0;
        return new Taken(
            (i, j) => Python.Number($"value = float(taken[{i}, {j}])"),
            isReadOnly ? null : (i, j, value) => Python.Run($"taken[{i}, {j}] = {value}"),
            () => Python.Run("del taken, capsule"));
    }
}
