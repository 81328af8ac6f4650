namespace DlPackNet.Benchmarks;

/// <summary>What lending Memory2D and Tensor wants to reach beside an array.</summary>
internal static class DotNetTargets
{
    /// <summary>The targets, with what was measured.</summary>
    public static Target[] Of(Results run) =>
    [
        new("Memory2D out - array out in ns, at most", 100,
            run.Difference("DotNet", "Memory2D", "Array")),
        new("Tensor out - array out in ns, at most", 100,
            run.Difference("DotNet", "Tensor", "Array")),
    ];
}
