using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>What was asked for besides the tensor: a copy, or none; another device.</summary>
internal static unsafe class RequestRules
{
    // The number by which a consumer says that nothing has to wait.
    private const long NoOrder = -1;

    /// <summary>Whether a stream that was named, if any was, can be one of a device.</summary>
    /// <returns>False with an error.</returns>
    public static bool CanBe(long? stream, DLDevice device)
    {
        try
        {
            if (stream is { } named)
            {
                Streams.Check(device, named);
            }

            return true;
        }
        catch (Exception e)
        {
            PythonError.Set(e);
            return false;
        }
    }

    /// <summary>Makes sure of it. Takes the reference.</summary>
    /// <returns>The same object, or another one, or 0 with an error.</returns>
    public static nint Apply(PyTensor* tensor, in Request request)
    {
        try
        {
            DLDevice device = tensor->Tensor.device;
            if (request.Stream is { } stream)
            {
                Streams.Check(request.Device ?? device, stream);
            }

            bool isCopied = (tensor->Flags & DLPackFlags.IsCopied) != 0;
            if (isCopied && request.Copy == false)
            {
                throw new DlPackException("The producer made a copy, and copy is False.");
            }

            bool isThere = request.Device is null || request.Device == device;
            if (isThere && (request.Copy != true || isCopied))
            {
                Order(tensor, request.Stream);
                return (nint)tensor;
            }

            // A copy within a device is queued on the consumer's stream, on which it can be used at once.
            DLDevice target = request.Device ?? device;
            long? queue = !Streams.Has(target.device_type) || !Streams.Has(device.device_type) ? null
                : request.Stream is { } named and not NoOrder ? named
                : Streams.Default(target.device_type);
            using DlPackObject source = ManagedTensors.Of(tensor);
            var lent = (DLManagedTensorVersioned*)Exchange
                .LendByCore(tensor, source, queue, maxVersion: null, request.Device, request.Copy).Consume();
            nint result = PyTensor.Import(lent, tensor->Protocol, queue ?? PyTensor.NoStream);
            PyTensor.DropReference(tensor);
            return result;
        }
        catch (Exception e)
        {
            PyTensor.DropReference(tensor);
            return PythonError.Set(e);
        }
    }

    // Has the consumer's stream wait, where the producer could not be asked to: an array interface only names its own.
    private static void Order(PyTensor* tensor, long? stream)
    {
        if (stream is { } consumer and not NoOrder && !tensor->IsReadyFor(consumer))
        {
            using DlPackObject source = ManagedTensors.ToOrder(tensor);
            source.Dlpack(consumer).Dispose();
            tensor->ProducerStream = consumer;
        }
    }
}
