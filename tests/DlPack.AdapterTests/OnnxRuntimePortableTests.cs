namespace DlPackNet.AdapterTests;

/// <summary>The suite by the public members of ONNX Runtime's .NET library alone.</summary>
public sealed class OnnxRuntimePortableTests : OnnxRuntimeTests
{
    public OnnxRuntimePortableTests()
    {
        OrtNative.IsAvailable = false;
        AtEnd(() => OrtNative.IsAvailable = true);
    }

    /// <summary>The public members tell no pin, so that a value over memory of .NET ends with its disposal.</summary>
    protected override Counted LendCounted() => base.LendCounted() with { Dispose = () => { } };
}
