using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>
/// Tensors bound to the inputs and outputs of a model, to run it many times over them. It holds what is bound: until
/// something else is bound to the name, until it is cleared, or until it is disposed; and an input that the model puts
/// out again until the next run, too.
/// </summary>
/// <remarks>
/// Members must not be called at the same time from several threads. The session must outlive the binding's last run;
/// to fetch its outputs, and to dispose the binding, after the session is fine. ONNX Runtime copies tensors of another
/// device than the model's once, when they are bound.
/// </remarks>
public sealed class DlPackIoBinding : IDisposable
{
    private readonly InferenceSession _session;
    private readonly Dictionary<string, BoundTensor> _inputs = [];
    private readonly Dictionary<string, BoundTensor> _outputs = [];
    private readonly HashSet<string> _allocated = [];

    // The inputs that the model has as outputs, too, and those of the last run: its outputs are in their memory.
    private readonly string[] _passable;
    private readonly Dictionary<string, DlPackObject> _passed = [];

    /// <summary>A binding to which nothing is bound.</summary>
    /// <param name="session">The model, which stays the caller's.</param>
    /// <exception cref="ArgumentNullException"><paramref name="session"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">The session has been disposed.</exception>
    public DlPackIoBinding(InferenceSession session)
    {
        OrtSessions.CheckAlive(session);
        _session = session;
        _passable =
        [
            .. session.InputNames.Concat(session.OverridableInitializerMetadata.Keys).Intersect(session.OutputNames),
        ];
        Binding = session.CreateIoBinding();
    }

    /// <summary>
    /// ONNX Runtime's own binding, for what this class does not offer (<c>BindOutputToDevice</c>, synchronization).
    /// What is bound by it is held by nobody, and outputs that it allocates are written again by the next run. Bind an
    /// output either here or there.
    /// </summary>
    public OrtIoBinding Binding { get; }

    /// <summary>Binds a tensor to an input, in place of what was bound before.</summary>
    /// <param name="name">The input.</param>
    /// <param name="tensor">See <see cref="OrtValueViews.ToReadOnlyOrtValue"/>; held by the binding.</param>
    /// <param name="stream">See <see cref="OrtValueViews.ToOrtValue"/>.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="DlPackException">See <see cref="OrtValueViews.ToReadOnlyOrtValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">The tensor, the session, or this, has been disposed.</exception>
    /// <exception cref="OnnxRuntimeException">The model has no such input.</exception>
    public void BindInput(string name, DlPackObject tensor, long? stream = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(tensor);
        CheckAllAlive();
        Bind(_inputs, name, BoundTensor.ForReading(tensor, stream), Binding.BindInput);
    }

    /// <summary>Binds a tensor to an output, which is written into it; in place of what was bound before.</summary>
    /// <param name="name">The output.</param>
    /// <param name="tensor">
    /// See <see cref="OrtValueViews.ToOrtValue"/>; of the shape and element type that the model puts out. Held by the
    /// binding. (ONNX Runtime writes nothing into it if the output is an input again: <see cref="GetOutputs"/> lends
    /// that.)
    /// </param>
    /// <param name="stream">See <see cref="OrtValueViews.ToOrtValue"/>.</param>
    /// <exception cref="ArgumentNullException">An argument is null.</exception>
    /// <exception cref="DlPackException">See <see cref="OrtValueViews.ToOrtValue"/>.</exception>
    /// <exception cref="ObjectDisposedException">The tensor, the session, or this, has been disposed.</exception>
    public void BindOutput(string name, DlPackObject tensor, long? stream = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(tensor);
        CheckAllAlive();
        Bind(_outputs, name, BoundTensor.ForWriting(tensor, stream), Binding.BindOutput);
        _allocated.Remove(name);
    }

    /// <summary>
    /// Has ONNX Runtime allocate an output in main memory at each run, of whatever shape; <see cref="GetOutputs"/>
    /// lends it, and later runs leave it alone.
    /// </summary>
    /// <param name="name">The output.</param>
    /// <exception cref="ArgumentNullException"><paramref name="name"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">This, or the session, has been disposed.</exception>
    public void BindOutput(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        CheckAllAlive();
        Allocate(name);
        _allocated.Add(name);
        Release(_outputs, name);
    }

    /// <summary>Runs the model over what is bound.</summary>
    /// <param name="options">How to run it.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is null.</exception>
    /// <exception cref="ObjectDisposedException">This, or the session, has been disposed.</exception>
    /// <exception cref="OnnxRuntimeException">
    /// Something is not bound, or not as the model wants it; the run failed.
    /// </exception>
    public void Run(RunOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        CheckAllAlive();
        foreach (string name in _allocated)
        {
            Allocate(name);
        }

        _session.RunWithBinding(options, Binding);
        RememberPassed();
        GC.KeepAlive(this);
    }

    /// <summary>The outputs of the last run.</summary>
    /// <returns>
    /// A tensor for each output, in the order of <c>Binding.GetOutputNames()</c>, which the caller disposes: what was
    /// bound to it, or to the input that the model puts out again, or ONNX Runtime's memory. They may outlive the
    /// binding and the session.
    /// </returns>
    /// <exception cref="DlPackException">See <see cref="OrtValueExtensions.AsDlPack"/>.</exception>
    /// <exception cref="ObjectDisposedException">This has been disposed.</exception>
    public DlPackObject[] GetOutputs()
    {
        CheckAlive();
        using IDisposableReadOnlyCollection<OrtValue> values = Binding.GetOutputValues();
        return OrtOutputs.Lend(values, Binding.GetOutputNames(), BoundTo);
    }

    /// <summary>Lets go of everything that is bound, to start anew.</summary>
    /// <exception cref="ObjectDisposedException">This has been disposed.</exception>
    public void Clear()
    {
        CheckAlive();
        Binding.ClearBoundInputs();
        Binding.ClearBoundOutputs();
        ReleaseAll();
    }

    /// <summary>Lets go of everything that is bound, and of ONNX Runtime's binding.</summary>
    public void Dispose()
    {
        Binding.Dispose();
        ReleaseAll();
    }

    // For one run: what a run has allocated, ONNX Runtime takes as bound, and writes the next run's output there.
    private void Allocate(string name) => Binding.BindOutputToDevice(name, OrtMemoryInfo.DefaultInstance);

    private static void Bind(
        Dictionary<string, BoundTensor> bound, string name, BoundTensor tensor, Action<string, OrtValue> bind)
    {
        try
        {
            bind(name, tensor.Value);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }

        Release(bound, name);
        bound.Add(name, tensor);
    }

    // An output of an input's name is that input.
    private IEnumerable<DlPackObject> BoundTo(string output)
    {
        if (_outputs.TryGetValue(output, out BoundTensor written))
        {
            yield return written.Tensor;
        }

        if (_passed.TryGetValue(output, out DlPackObject? passed))
        {
            yield return passed;
        }

        foreach (BoundTensor read in _inputs.Values)
        {
            yield return read.Tensor;
        }
    }

    private void CheckAlive() => ObjectDisposedException.ThrowIf(Binding.IsClosed, this);

    // For what ONNX Runtime's binding asks the session for.
    private void CheckAllAlive()
    {
        CheckAlive();
        OrtSessions.CheckAlive(_session);
    }

    private void ReleaseAll()
    {
        foreach (BoundTensor bound in _inputs.Values.Concat(_outputs.Values))
        {
            bound.Dispose();
        }

        _inputs.Clear();
        _outputs.Clear();
        _allocated.Clear();
        ForgetPassed();
    }

    private void RememberPassed()
    {
        ForgetPassed();
        if (_passable.Length == 0)
        {
            return;
        }

        foreach (string name in _passable.Intersect(Binding.GetOutputNames()))
        {
            if (_inputs.TryGetValue(name, out BoundTensor read))
            {
                _passed.Add(name, read.Tensor.AsDlPack());
            }
        }
    }

    private void ForgetPassed()
    {
        foreach (DlPackObject passed in _passed.Values)
        {
            passed.Dispose();
        }

        _passed.Clear();
    }

    private static void Release(Dictionary<string, BoundTensor> bound, string name)
    {
        if (bound.Remove(name, out BoundTensor before))
        {
            before.Dispose();
        }
    }
}
