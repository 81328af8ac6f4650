namespace DlPackNet.Python;

/// <summary>Keeps a Python tensor for .NET. It is let go of on any thread.</summary>
internal sealed unsafe class PyTensorOwner : DlPackOwner
{
    private readonly PyTensor* _tensor;
    private readonly long _producerStream;

    /// <summary>Takes a reference. Needs the GIL.</summary>
    public PyTensorOwner(PyTensor* tensor)
    {
        PyTensor.TakeReference(tensor);
        _tensor = tensor;
        _producerStream = tensor->ProducerStream;
    }

    protected override long? ProducerStream => _producerStream == PyTensor.NoStream ? null : _producerStream;

    /// <summary>Gives the reference of an owner back that no object took over. Needs the GIL.</summary>
    public void Abandon() => PyTensor.DropReference(_tensor);

    protected override void Release() => ReleaseQueue.Release(_tensor);
}
