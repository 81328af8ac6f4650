namespace DlPackNet.Benchmarks;

/// <summary>What lending ILGPU's views and making them of tensors wants to reach.</summary>
internal static class IlgpuTargets
{
    /// <summary>The targets, with what was measured.</summary>
    public static Target[] Of(Results run) =>
    [
        new("ILGPU view out / the core's raw path and object, at most", 2, run.Ratio("Ilgpu", "Out", "RawOut")),
        new("ILGPU view out / the same with an owner, for comparison", double.NaN,
            run.Ratio("Ilgpu", "Out", "OwnedOut")),
        new("ILGPU view in / ILGPU's own wrapping, at most", 1.1, run.Ratio("Ilgpu", "In", "IlgpuIn")),
    ];
}
