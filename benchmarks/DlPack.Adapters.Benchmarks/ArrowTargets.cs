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
        new("Arrow in, native memory / CArrowArrayImporter, which gives it back too, at most", 1.3,
            run.Ratio("Arrow", "In", "ArrowIn")),
        new("Arrow in, native memory / new FloatArray over what nobody gives back, at most", 1.3,
            run.Ratio("Arrow", "In", "ArrowWrap")),
        new("Arrow in, float[] / new FloatArray over its bytes, at most", 1.3,
            run.Ratio("Arrow", "InArray", "ArrowWrapArray")),
        new("Arrow in, byte[] / new FloatArray over it, at most", 1.3,
            run.Ratio("Arrow", "InBytes", "ArrowWrap")),
    ];
}
