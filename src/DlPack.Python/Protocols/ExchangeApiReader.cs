using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Reads by the functions of a type's <c>__dlpack_c_exchange_api__</c>.</summary>
internal static unsafe class ExchangeApiReader
{
    private const int Success = 0;

    // Of the type that came last, whose functions live as long as the process. A reference to the capsule is held, so
    // that no other can have its address.
    private static nint _lastCapsule;
    private static DLPackExchangeAPI* _lastFunctions;

    /// <summary>Forgets the capsule of a Python that has ended.</summary>
    public static void Reset() => _lastCapsule = 0;

    /// <summary>
    /// Reads a tensor. What it cannot ask for (a copy, a device, a stream) is left to <c>__dlpack__</c>.
    /// </summary>
    public static Reading Read(nint item, in Request request, out nint tensor)
    {
        tensor = 0;
        nint capsule = request.IsDefault
            ? Py.LookupOnType(Py.TypeOf(item), Names.ExchangeApi, out bool isNew)
            : No(out isNew);
        if (capsule == 0)
        {
            return PythonApi.PyErr_Occurred() == 0 ? Reading.Absent : Reading.Failed;
        }

        // None is how a class says that it has not got what its base has.
        Reading reading = capsule == PythonApi.None ? Reading.Absent : ReadBy(capsule, item, out tensor);
        if (isNew)
        {
            Py.DecRef(capsule);
        }

        return reading;
    }

    private static nint No(out bool isNew)
    {
        isNew = false;
        return 0;
    }

    private static Reading ReadBy(nint capsule, nint item, out nint tensor)
    {
        tensor = 0;
        DLPackExchangeAPI* api = capsule == _lastCapsule ? _lastFunctions : FunctionsOf(capsule);
        if (api is null)
        {
            return Reading.Failed;
        }

        DLManagedTensorVersioned* lent = null;
        if (api->managed_tensor_from_py_object_no_sync((void*)item, &lent) != Success || lent is null)
        {
            if (PythonApi.PyErr_Occurred() == 0)
            {
                PythonError.Set(PythonApi.BufferError, "It failed without saying why.");
            }

            return Reading.Failed;
        }

        tensor = PyTensor.Import(lent, Protocol.ExchangeApi);
        if (tensor == 0)
        {
            return Reading.Failed;
        }

        DLDevice device = ((PyTensor*)tensor)->Tensor.device;
        return device.device_type == DLDeviceType.kDLCPU || Streams.Order(api, (PyTensor*)tensor)
            ? Reading.Done
            : Drop(ref tensor);
    }

    // Null with an error.
    private static DLPackExchangeAPI* FunctionsOf(nint capsule)
    {
        var api = (DLPackExchangeAPI*)PythonApi.PyCapsule_GetPointer(capsule, Text.Literal(ExchangeApi.CapsuleName));
        if (api is null)
        {
            return null;
        }

        // A newer major version may come first and name the older one behind it.
        while (api is not null && api->header.version.major != DLPackVersion.Current.major)
        {
            api = (DLPackExchangeAPI*)api->header.prev_api;
        }

        if (api is null || api->managed_tensor_from_py_object_no_sync is null)
        {
            PythonError.Set(PythonApi.BufferError, "It has no functions of DLPack version 1.");
            return null;
        }

        nint previous = _lastCapsule;
        _lastCapsule = Py.NewRef(capsule);
        _lastFunctions = api;
        Py.XDecRef(previous);
        return api;
    }

    private static Reading Drop(ref nint tensor)
    {
        Py.DecRef(tensor);
        tensor = 0;
        return Reading.Failed;
    }
}
