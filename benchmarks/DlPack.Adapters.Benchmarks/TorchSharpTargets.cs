namespace DlPackNet.Benchmarks;

/// <summary>What TorchSharp's adapter wants to reach beside libtorch's own functions.</summary>
internal static class TorchSharpTargets
{
    /// <summary>The targets, with what was measured.</summary>
    public static Target[] Of(Results run) =>
    [
        new("ToTorchTensor / libtorch's fromDLPackVersioned, at most", 1.3, run.Ratio("TorchSharp", "In", "RawIn")),
        new("ToTorchTensor / that and TorchSharp's object, at most", 1.3,
            run.Ratio("TorchSharp", "In", "RawInWithObject")),
        new("the same, portable", double.NaN, run.Ratio("TorchSharp", "PortableIn", "RawInWithObject")),
        new("torch.Tensor exported / libtorch's toDLPackVersioned, at most", 1.3,
            run.Ratio("TorchSharp", "RawExport", "RawOut")),
        new("torch.Tensor out / libtorch's toDLPackVersioned, at most", 1.3, run.Ratio("TorchSharp", "Out", "RawOut")),
        new("torch.Tensor out, less an object of the core / libtorch's toDLPackVersioned", double.NaN,
            (run.Nanoseconds("TorchSharp", "Out") - run.Nanoseconds("TorchSharp", "ObjectOut"))
                / run.Nanoseconds("TorchSharp", "RawOut")),
        new("torch.Tensor out / TorchSharp's accessors", double.NaN, run.Ratio("TorchSharp", "Out", "ManagedOut")),
    ];
}
