namespace DlPackNet.AdapterTests;

/// <summary>Bindings by the public members of ONNX Runtime's .NET library alone.</summary>
public sealed class OnnxRuntimePortableBindingTests : OnnxRuntimeBindingTests
{
    public OnnxRuntimePortableBindingTests()
    {
        OrtNative.IsAvailable = false;
        AtEnd(() => OrtNative.IsAvailable = true);
    }
}
