using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>Lends the values of ONNX Runtime as tensors, without copying.</summary>
public static class OrtValueExtensions
{
    /// <summary>
    /// A tensor over a value's memory, which it takes over: it is given back when the last borrower is done.
    /// </summary>
    /// <param name="value">
    /// A tensor in main memory, or of a CUDA or ROCm provider. If this method throws, it is still the caller's. Whoever
    /// disposes it before, as <c>using</c> does with the results of a run, takes nothing from the tensor. (Only memory
    /// of yours that <c>CreateTensorValueWithData</c> was given an address of is held by nobody but you.)
    /// </param>
    /// <returns>
    /// A new object, which the caller disposes: of the value's shape, row-major. Writing to it writes to the value.
    /// What a run has put out on a GPU is taken to be complete, as it is unless the run was told not to synchronize.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="value"/> is null.</exception>
    /// <exception cref="DlPackException">
    /// Not a tensor, strings, or memory without addresses (DirectML, WebGPU).
    /// </exception>
    /// <exception cref="ObjectDisposedException">The value has been disposed.</exception>
    /// <remarks>
    /// May be called from any thread. The value is disposed on whatever thread lets go last. With a version of ONNX
    /// Runtime's .NET library whose private members are other than those of 1.31, more than 2 GiB and elements that the
    /// library has no name for are refused, and memory that a value was made over by <c>CreateTensorValueFromMemory</c>
    /// is no longer held once the value is disposed.
    /// </remarks>
    public static DlPackObject AsDlPack(this OrtValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (!value.IsTensor)
        {
            throw NoTensor(value.OnnxType);
        }

        return OrtNative.IsAvailable ? OrtValueReader.Lend(value) : PortableOrtValues.Lend(value);
    }

    private static DlPackException NoTensor(OnnxValueType type) => new(
        $"Expected a dense tensor, but the value is of {type}. " + type switch
        {
            OnnxValueType.ONNX_TYPE_SEQUENCE or OnnxValueType.ONNX_TYPE_MAP =>
                "Take its members with GetValue, each of which can be lent.",
            OnnxValueType.ONNX_TYPE_SPARSETENSOR => "Have the model put out a dense one.",
            _ => "Have the model put out a tensor.",
        });
}
