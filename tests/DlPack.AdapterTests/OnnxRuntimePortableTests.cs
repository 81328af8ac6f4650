namespace DlPackNet.AdapterTests;

/// <summary>The suite by the public members of ONNX Runtime's .NET library alone.</summary>
public sealed class OnnxRuntimePortableTests : OnnxRuntimeTests
{
    public OnnxRuntimePortableTests()
    {
        OrtNative.IsAvailable = false;
        AtEnd(() => OrtNative.IsAvailable = true);
    }
}
