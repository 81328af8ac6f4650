using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Reads by <c>__cuda_array_interface__</c>, versions 2 and 3.</summary>
internal static unsafe class CudaArrayInterfaceReader
{
    private const long OldestVersion = 2;

    /// <summary>Reads a tensor.</summary>
    public static Reading Read(nint item, out nint tensor)
    {
        tensor = 0;
        if (!Py.GetOptional(item, Names.CudaArrayInterface, out nint dict))
        {
            return Reading.Failed;
        }

        if (dict == 0 || dict == PythonApi.None)
        {
            Py.XDecRef(dict);
            return Reading.Absent;
        }

        if (InterfaceParts.TryFromDict(dict, out InterfaceParts parts) && IsKnownVersion(dict)
            && TryStream(parts.Stream, out long stream))
        {
            tensor = InterfaceReader.Read(item, parts, DLDevice.Cuda(), Protocol.CudaArrayInterface);
            if (tensor != 0)
            {
                var self = (PyTensor*)tensor;
                self->ProducerStream = stream;
                self->Tensor.device = CudaPointers.DeviceOf((nint)self->Tensor.data);
            }
        }

        parts.Dispose();
        Py.DecRefKeepingError(dict);
        return tensor == 0 ? Reading.Failed : Reading.Done;
    }

    private static bool IsKnownVersion(nint dict)
    {
        nint value = PythonApi.PyDict_GetItemWithError(dict, Names.VersionKey);
        long version = 0;
        if (value != 0)
        {
            // A reference of our own: a number's methods may change the dict.
            Py.NewRef(value);
            bool isNumber = Arguments.TryNumber(value, "version must be an int", out version);
            Py.DecRefKeepingError(value);
            if (!isNumber)
            {
                return false;
            }
        }

        if (version >= OldestVersion)
        {
            return true;
        }

        PythonError.Set(PythonApi.BufferError, $"It is of version {version}; {OldestVersion} and 3 can be read.");
        return false;
    }

    // The work on which the content depends. Nothing is waited for where the producer says that there is nothing.
    private static bool TryStream(nint value, out long stream)
    {
        stream = PyTensor.NoStream;
        if (value == 0)
        {
            return true;
        }

        if (!Arguments.TryNumber(value, "stream must be None or an int", out stream))
        {
            return false;
        }

        if (stream > 0)
        {
            return true;
        }

        PythonError.Set(
            PythonApi.BufferError,
            $"Its stream is {stream}; 1 is the legacy default stream, 2 the per-thread one, and 0 is forbidden.");
        return false;
    }
}
