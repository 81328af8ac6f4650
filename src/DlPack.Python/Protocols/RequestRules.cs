using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>What was asked for besides the tensor: a copy, or none; another device.</summary>
internal static unsafe class RequestRules
{
    /// <summary>Makes sure of it. Takes the reference.</summary>
    /// <returns>The same object, or another one, or 0 with an error.</returns>
    public static nint Apply(PyTensor* tensor, in Request request)
    {
        try
        {
            DLDevice device = tensor->Tensor.device;
            if (request.Stream is { } stream && device.device_type == DLDeviceType.kDLCPU)
            {
                throw new ArgumentException($"Main memory has no streams, but stream is {stream}. Leave it None.");
            }

            bool isCopied = (tensor->Flags & DLPackFlags.IsCopied) != 0;
            if (isCopied && request.Copy == false)
            {
                throw new DlPackException("The producer made a copy, and copy is False.");
            }

            bool isThere = request.Device is null || request.Device == device;
            if (isThere && (request.Copy != true || isCopied))
            {
                return (nint)tensor;
            }

            using DlPackObject source = ManagedTensors.Of(tensor);
            var lent = (DLManagedTensorVersioned*)source
                .Dlpack(stream: null, maxVersion: null, request.Device, request.Copy).Consume();
            nint result = PyTensor.Import(lent, tensor->Protocol);
            PyTensor.DropReference(tensor);
            return result;
        }
        catch (Exception e)
        {
            PyTensor.DropReference(tensor);
            return PythonError.Set(e);
        }
    }
}
