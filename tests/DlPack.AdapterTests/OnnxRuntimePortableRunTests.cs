namespace DlPackNet.AdapterTests;

/// <summary>Models on lent memory by the public members of ONNX Runtime's .NET library alone.</summary>
public sealed class OnnxRuntimePortableRunTests : OnnxRuntimeRunTests
{
    public OnnxRuntimePortableRunTests()
    {
        OrtNative.IsAvailable = false;
        AtEnd(() => OrtNative.IsAvailable = true);
    }
}
