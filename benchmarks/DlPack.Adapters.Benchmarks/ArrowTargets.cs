namespace DlPackNet.Benchmarks;

/// <summary>What lending Arrow arrays and making them of tensors wants to reach.</summary>
internal static class ArrowTargets
{
    /// <summary>The targets, with what was measured.</summary>
    public static Target[] Of(Results run) =>
    [
        new("Arrow out / CArrowArrayExporter, managed buffer, at most", 1.3,
            run.Ratio("Arrow", "OutManaged", "ArrowOutManaged")),
        new("Arrow out / CArrowArrayExporter, native buffer, at most", 1.3,
            run.Ratio("Arrow", "OutNative", "ArrowOutNative")),
        new("Arrow in / CArrowArrayImporter, which holds the memory too, at most", 1.3,
            run.Ratio("Arrow", "In", "ArrowIn")),
        new("Arrow in / new FloatArray, which holds nothing, at most", 1.3,
            run.Ratio("Arrow", "In", "ArrowWrap")),
    ];
}
