using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>Runs models over tensors, in place of values of ONNX Runtime.</summary>
/// <remarks>
/// The tensors may be disposed at any time, also while the model runs: the run holds them until it ends.
/// </remarks>
public static class OrtSessionExtensions
{
    /// <summary>Runs a model that reads tensors where they lie and writes into others.</summary>
    /// <param name="session">The model. It must not be disposed before this returns.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="inputNames">The inputs.</param>
    /// <param name="inputs">A row-major tensor for each name, read-only ones too.</param>
    /// <param name="outputNames">The outputs that are wanted.</param>
    /// <param name="outputs">
    /// A writable row-major tensor for each name, of the shape and element type that the model puts out. (ONNX Runtime
    /// writes nothing for an output that is an input again.)
    /// </param>
    /// <exception cref="ArgumentNullException">An argument, or a tensor, is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are not as many tensors as names, or two for one name.
    /// </exception>
    /// <exception cref="DlPackException">See <see cref="OrtValueViews.ToOrtValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">A tensor, or the session, has been disposed.</exception>
    /// <exception cref="OnnxRuntimeException">
    /// Names, shapes or element types are not the model's; the run failed.
    /// </exception>
    public static void Run(
        this InferenceSession session,
        RunOptions options,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<DlPackObject> inputs,
        IReadOnlyCollection<string> outputNames,
        IReadOnlyCollection<DlPackObject> outputs)
    {
        OrtSessions.CheckAlive(session);
        ArgumentNullException.ThrowIfNull(options);
        using var read = new BoundTensors();
        using var written = new BoundTensors();
        read.Add(inputNames, inputs, tensor => BoundTensor.ForReading(tensor));
        written.Add(outputNames, outputs, tensor => BoundTensor.ForWriting(tensor));
        session.Run(options, inputNames, read.Values, outputNames, written.Values);
    }

    /// <summary>Runs a model that reads tensors where they lie; ONNX Runtime allocates what it puts out.</summary>
    /// <param name="session">The model. It must not be disposed before this returns.</param>
    /// <param name="options">How to run it.</param>
    /// <param name="inputNames">The inputs.</param>
    /// <param name="inputs">A row-major tensor for each name, read-only ones too.</param>
    /// <param name="outputNames">The outputs that are wanted.</param>
    /// <returns>
    /// A tensor for each output name, over ONNX Runtime's memory, which the caller disposes; an input that the model
    /// puts out again is the input's tensor, read-only if that is. They may outlive the session.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument, or a tensor, is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are not as many tensors as names, or two for one name.
    /// </exception>
    /// <exception cref="DlPackException">
    /// See <see cref="OrtValueViews.ToReadOnlyOrtValue"/>; or an output that DLPack cannot lend, see
    /// <see cref="OrtValueExtensions.AsDlPack"/>.
    /// </exception>
    /// <exception cref="ObjectDisposedException">A tensor, or the session, has been disposed.</exception>
    /// <exception cref="OnnxRuntimeException">
    /// Names, shapes or element types are not the model's; the run failed.
    /// </exception>
    public static DlPackObject[] Run(
        this InferenceSession session,
        RunOptions options,
        IReadOnlyCollection<string> inputNames,
        IReadOnlyCollection<DlPackObject> inputs,
        IReadOnlyCollection<string> outputNames)
    {
        OrtSessions.CheckAlive(session);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(outputNames);
        using var read = new BoundTensors();
        read.Add(inputNames, inputs, tensor => BoundTensor.ForReading(tensor));
        using IDisposableReadOnlyCollection<OrtValue> written = session.Run(
            options, inputNames, read.Values, outputNames);
        return OrtOutputs.Lend(written, outputNames, PassedAs);

        // An output of an input's name is that input.
        IEnumerable<DlPackObject> PassedAs(string output) => inputNames
            .Zip(read, (name, bound) => (name, bound.Tensor))
            .OrderByDescending(input => input.name == output)
            .Select(input => input.Tensor);
    }
}
