namespace DlPackNet.Benchmarks;

/// <summary>What the library wants to reach beside its peers.</summary>
internal static class Targets
{
    /// <summary>The targets, with what was measured.</summary>
    public static Target[] Of(Results run) =>
    [
        new("raw export / C floor called from C#, at most", 2.5, run.Ratio("Exchange", "Raw", "FloorFromCSharp")),
        new("raw export / C floor within C, for comparison", double.NaN, run.Ratio("Exchange", "Raw", "FloorInC")),
        new("raw export: bytes allocated, at most", 0, run.Bytes("Exchange", "Raw")),
        new("raw export / Arrow's managed buffer, at most", 0.2, run.Ratio("Exchange", "Raw", "ArrowManaged")),
        new("raw export / Arrow's native buffer, at most", 0.2, run.Ratio("Exchange", "Raw", "ArrowNative")),
        new("safe path / raw export, at most", 5, run.Ratio("Exchange", "Safe", "Raw")),
        new("safe path: bytes allocated, at most", 250, run.Bytes("Exchange", "Safe")),
        new("import - C floor in ns, at most", 150,
            run.Difference("Import", "Import", "FloorFromCSharp")),
        new("raw export of 1 GiB / of 64 B, at most", 1.1, run.Ratio("Size", "Large", "Small")),
        new("copy / Buffer.MemoryCopy, fresh memory, at most", 1.1,
            run.Ratio("Copy", "CapsuleOfCopy", "MemoryCopyToFresh")),
        new("copy / Buffer.MemoryCopy, warm memory, at most", 1.1, run.Ratio("Copy", "CopyTo", "MemoryCopyToWarm")),
        new("transposed copy / NumPy, fresh memory, at most", 1, run.Ratio("Transpose", "Copy", "NumPyToFresh")),
        new("transposed copy / NumPy, warm memory, at most", 1, run.Ratio("Transpose", "CopyTo", "NumPyToWarm")),
    ];
}
