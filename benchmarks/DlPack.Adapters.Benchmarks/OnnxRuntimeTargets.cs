namespace DlPackNet.Benchmarks;

/// <summary>What the adapter to ONNX Runtime wants to reach.</summary>
internal static class OnnxRuntimeTargets
{
    /// <summary>The targets, with what was measured.</summary>
    public static Target[] Of(Results run)
    {
        double create = run.Nanoseconds("OnnxRuntime", "Create");
        double reference = run.Nanoseconds("OnnxRuntime", "Reference");
        double output = run.Nanoseconds("OnnxRuntime", "CreateAndOut") - create;
        return
        [
            new("OrtValue in, less the reference that it holds / CreateTensorValueWithData, at most", 1.3,
                (run.Nanoseconds("OnnxRuntime", "In") - reference) / create),
            new("OrtValue in, less the reference / CreateTensorValueFromMemory, which holds it too, for comparison",
                double.NaN, (run.Nanoseconds("OnnxRuntime", "In") - reference)
                    / run.Nanoseconds("OnnxRuntime", "CreateHolding")),
            new("OrtValue out, less its object / CreateTensorValueWithData, at most", 1.3,
                (output - reference) / create),
            new("OrtValue out / ONNX Runtime's accessors, for comparison", double.NaN,
                output / run.Nanoseconds("OnnxRuntime", "Accessors")),
        ];
    }
}
