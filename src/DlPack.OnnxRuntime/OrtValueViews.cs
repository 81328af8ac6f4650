using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>Tensors as values of ONNX Runtime, inputs and pre-allocated outputs alike, without copying.</summary>
/// <remarks>
/// <para>
/// A value holds the tensor's memory until the value is disposed; the tensor itself may be disposed before. A forgotten
/// value lets go when it is collected. Keep it as long as ONNX Runtime works with it: an <c>OrtIoBinding</c> does not
/// keep what is bound to it (<see cref="DlPackIoBinding"/> does), nor does a run started by <c>RunAsync</c> before it
/// ends.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
public static class OrtValueViews
{
    /// <summary>A value over the tensor, for ONNX Runtime to read and to write.</summary>
    /// <param name="tensor">
    /// A row-major tensor of any shape in main memory, or on CUDA or ROCm; of bool, integers of 8 to 64 bits, float16,
    /// bfloat16, float32 or float64. Of more than 2 GiB, too.
    /// </param>
    /// <param name="stream">
    /// On a GPU: the stream that ONNX Runtime's provider works on, in the numbering of
    /// <see cref="DlPackObject.Dlpack"/>, which is made to wait for the producer's; null to wait here until the content
    /// is complete.
    /// </param>
    /// <returns>
    /// A value of the tensor's shape, which the caller disposes. (Tensors of more than <see cref="int.MaxValue"/>
    /// elements are let go when the value is collected, rather than disposed.)
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="ArgumentException">The stream is not allowed on this device.</exception>
    /// <exception cref="DlPackException">
    /// The tensor is read-only, strided, of another type or on another device; or the device's adapter is needed for
    /// waiting and is missing.
    /// </exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static OrtValue ToOrtValue(this DlPackObject tensor, long? stream = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return tensor.IsReadOnly
            ? throw new DlPackException(
                "The tensor is read-only. Use ToReadOnlyOrtValue for an input, or Copy() to get one that can be "
                + "written.")
            : tensor.ToReadOnlyOrtValue(stream);
    }

    /// <summary>
    /// As <see cref="ToOrtValue"/>, for inputs: read-only tensors are fine too, and nobody must write.
    /// </summary>
    /// <inheritdoc cref="ToOrtValue"/>
    public static OrtValue ToReadOnlyOrtValue(this DlPackObject tensor, long? stream = null)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!tensor.IsContiguous)
        {
            throw new DlPackException(
                $"ONNX Runtime needs row-major elements without gaps, and shape [{Join(tensor.Shape)}] has strides "
                + $"[{Join(tensor.Strides)}]. Take Copy() first, which has none.");
        }

        return tensor.IsSubBytePadded
            ? throw new DlPackException(
                $"ONNX Runtime needs {tensor.DType} elements packed, and each of these takes a whole byte. Pack them first.")
            : OrtValueBuilder.Over(tensor, stream);
    }

    private static string Join(ReadOnlySpan<long> numbers) => string.Join(", ", numbers.ToArray());
}
