using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>Tensors as values of ONNX Runtime, inputs and pre-allocated outputs alike, without copying.</summary>
/// <remarks>
/// <para>
/// ONNX Runtime holds the tensor's memory until the value is disposed and nothing that it was given to needs it any
/// more: a binding, a sequence, an output that is the input again. The tensor may be disposed at once. A forgotten
/// value lets go when it is collected.
/// </para>
/// <para>
/// With a version of ONNX Runtime's .NET library whose private members are other than those of 1.31, it is the value
/// that holds the memory: keep it as long as ONNX Runtime works with it. An <c>OrtIoBinding</c> does not keep what is
/// bound to it then (<see cref="DlPackIoBinding"/> does), nor does a run started by <c>RunAsync</c> before it ends. A
/// value of more than <see cref="int.MaxValue"/> elements lets go when it is collected then, rather than disposed.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
public static class OrtValueViews
{
    /// <summary>A value over the tensor, for ONNX Runtime to read and to write.</summary>
    /// <param name="tensor">
    /// A row-major tensor of any shape in main memory, or on CUDA or ROCm; of bool, integers of 2 to 64 bits, float16,
    /// bfloat16, float32, float64, float8 or float4, packed where several fit into a byte. Of more than 2 GiB, too.
    /// </param>
    /// <param name="stream">
    /// On a GPU: the stream that ONNX Runtime's provider works on, in the numbering of
    /// <see cref="DlPackObject.Dlpack"/>, which is made to wait for the producer's; null to wait here until the content
    /// is complete.
    /// </param>
    /// <returns>
    /// A value of the tensor's shape, which the caller disposes.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="ArgumentException">The stream is not allowed on this device.</exception>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, strided, padded, of another type or on another device; or the device's adapter is
    /// needed for waiting and is missing.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static OrtValue ToOrtValue(this DlPackObject tensor, long? stream = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.IsReadOnly ? throw ReadOnly() : tensor.ToReadOnlyOrtValue(stream);
    }

    /// <summary>
    /// As <see cref="ToOrtValue"/>, for inputs: read-only tensors are fine too, and nobody must write.
    /// </summary>
    /// <inheritdoc cref="ToOrtValue"/>
    public static OrtValue ToReadOnlyOrtValue(this DlPackObject tensor, long? stream = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return !tensor.IsContiguous ? throw Strided(tensor)
            : tensor.IsSubBytePadded ? throw Padded(tensor)
            : OrtValueBuilder.Over(tensor, stream);
    }

    // Apart from the checks: room for a message's parts would be cleared for what passes them, too.
    private static DlPackException ReadOnly() => new(
        "The tensor is read-only. Use ToReadOnlyOrtValue for an input, or Copy() to get one that can be written.");

    private static DlPackException Strided(DlPackObject tensor) => new(
        $"ONNX Runtime needs row-major elements without gaps, and shape [{Join(tensor.Shape)}] has strides "
        + $"[{Join(tensor.Strides)}]. Take Copy() first, which has none.");

    private static DlPackException Padded(DlPackObject tensor) => new(
        $"ONNX Runtime needs {tensor.DType} elements packed, and each of these takes a whole byte. Pack them first.");

    private static string Join(ReadOnlySpan<long> numbers) => string.Join(", ", numbers.ToArray());
}
