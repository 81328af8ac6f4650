using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>
/// Makes a <c>DLPackObject</c> of anything that offers one of the protocols. All members need the GIL.
/// </summary>
internal static unsafe class Reader
{
    /// <summary>Tries what the object offers, in the order of what it tells most.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint Read(nint item, in Request request)
    {
        nint type = Py.TypeOf(item);
        if (type == PyTensorType.Type && request.IsDefault)
        {
            return Py.NewRef(item);
        }

        nint tensor;
        if (type == PythonApi.CapsuleType)
        {
            tensor = Capsules.Consume(item, Protocol.Capsule);
            return tensor == 0 ? 0 : Finish(item, tensor, request);
        }

        Attempts? attempts = null;

        // Bytes have a buffer and nothing else, and it is a pity to look for more.
        if (type != PythonApi.BytesType && type != PythonApi.ByteArrayType && type != PythonApi.MemoryViewType)
        {
            if (!CanBeLent(item, type))
            {
                return 0;
            }

            switch (ReadDlpack(item, request, ref attempts, out tensor))
            {
                case Reading.Done: return Finish(item, tensor, request);
                case Reading.Failed or Reading.Refused: return 0;
            }

            switch (ReadInterfaces(item, ref attempts, out tensor))
            {
                case Reading.Done: return Finish(item, tensor, request);
                case Reading.Failed: return 0;
            }
        }

        Reading last = Try(BufferReader.Read(item, out tensor), "buffer protocol", ref attempts);
        if (last != Reading.Absent)
        {
            return last == Reading.Done ? Finish(item, tensor, request) : 0;
        }

        return attempts is null ? RefuseUnknown(item) : RefuseAll(item, attempts);
    }

    /// <summary>As <see cref="Read"/>, by DLPack only.</summary>
    public static nint ReadDlpackOnly(nint item, in Request request)
    {
        nint type = Py.TypeOf(item);
        if (type == PyTensorType.Type && request.IsDefault)
        {
            return Py.NewRef(item);
        }

        if (type == PythonApi.CapsuleType)
        {
            nint taken = Capsules.Consume(item, Protocol.Capsule);
            return taken == 0 ? 0 : Finish(item, taken, request);
        }

        if (!CanBeLent(item, type))
        {
            return 0;
        }

        Attempts? attempts = null;
        return ReadDlpack(item, request, ref attempts, out nint tensor) switch
        {
            Reading.Done => Finish(item, tensor, request),
            Reading.Failed or Reading.Refused => 0,
            _ when attempts is not null => RefuseAll(item, attempts),
            _ => PythonError.Set(
                PythonApi.TypeError,
                $"{Py.TypeName(item)} has no __dlpack__. Take asdlpack(), which knows other protocols too."),
        };
    }

    // Whether the numbers are all that there is to it. Classes that have more are written in Python.
    private static bool CanBeLent(nint item, nint type)
    {
        if (Py.IsStaticType(type))
        {
            return true;
        }

        if (TorchState.Is(type))
        {
            return TorchState.IsPlain(item);
        }

        if (MaskedArrays.Is(type))
        {
            MaskedArrays.Refuse();
            return false;
        }

        return PythonApi.PyErr_Occurred() == 0;
    }

    // From here on each asks for the type when it needs it: what runs in between may give the object another one.
    private static Reading ReadDlpack(nint item, in Request request, ref Attempts? attempts, out nint tensor)
    {
        Reading reading = Try(
            ExchangeApiReader.Read(item, request, out tensor), "__dlpack_c_exchange_api__", ref attempts);
        return reading != Reading.Absent
            ? reading
            : Try(DlpackMethodReader.Read(item, request, out tensor), "__dlpack__", ref attempts);
    }

    private static Reading ReadInterfaces(nint item, ref Attempts? attempts, out nint tensor)
    {
        Reading reading = Try(
            CudaArrayInterfaceReader.Read(item, out tensor), "__cuda_array_interface__", ref attempts);
        if (reading != Reading.Absent || NumPyScalars.Is(Py.TypeOf(item)))
        {
            return reading;
        }

        reading = Try(ArrayInterfaceReader.Read(item, out tensor), "__array_interface__", ref attempts);
        if (reading != Reading.Absent)
        {
            return reading;
        }

        reading = Try(ArrayStructReader.Read(item, out tensor), "__array_struct__", ref attempts);
        return reading != Reading.Absent
            ? reading
            : Try(ArrayInterfaceReader.ReadAttributes(item, out tensor), "__array_shape__", ref attempts);
    }

    // Notes a failure and goes on with what comes next, as if the object did not offer it.
    private static Reading Try(Reading reading, string protocol, ref Attempts? attempts) =>
        reading == Reading.Failed && Attempts.Note(ref attempts, protocol) ? Reading.Absent : reading;

    private static nint Finish(nint item, nint tensor, in Request request)
    {
        bool isComplex = ((PyTensor*)tensor)->Tensor.dtype.code == DLDataTypeCode.kDLComplex;
        if (isComplex && !TorchState.IsPlainComplex(item))
        {
            using (PendingError.PutAside())
            {
                Py.DecRef(tensor);
            }

            return 0;
        }

        return request.IsDefault ? tensor : RequestRules.Apply((PyTensor*)tensor, request);
    }

    private static nint RefuseUnknown(nint item) => PythonError.Set(
        PythonApi.TypeError,
        $"{Py.TypeName(item)} offers none of __dlpack_c_exchange_api__, __dlpack__, __cuda_array_interface__, "
        + "__array_interface__, __array_struct__, __array_shape__ and the buffer protocol. Pass an array, a tensor or "
        + "a buffer.");

    private static nint RefuseAll(nint item, Attempts attempts) => PythonError.Set(
        PythonApi.BufferError, $"{Py.TypeName(item)} cannot be lent as a tensor. Tried:\n{attempts}");
}
