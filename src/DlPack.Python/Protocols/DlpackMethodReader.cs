using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Reads by <c>__dlpack__</c>, with keyword arguments first and then without.</summary>
internal static unsafe class DlpackMethodReader
{
    // NumPy's array, by its address: a type that lives forever, is always on the CPU, and is what most people pass.
    private static nint _numpyArray;
    private static bool _numpyTakesNoArguments;

    /// <summary>Forgets what was learned of types that have gone with their Python.</summary>
    public static void Reset()
    {
        _numpyArray = 0;
        _numpyTakesNoArguments = false;
    }

    /// <summary>Reads a tensor.</summary>
    public static Reading Read(nint item, in Request request, out nint tensor)
    {
        tensor = 0;
        bool isNumpy = Py.TypeOf(item) == _numpyArray;
        if (!isNumpy)
        {
            if (!Py.GetOptional(item, Names.Dlpack, out nint method))
            {
                return Reading.Failed;
            }

            if (method == 0)
            {
                return Reading.Absent;
            }

            Py.DecRef(method);
            isNumpy = LearnNumpy(Py.TypeOf(item));
        }

        long? own = null;
        if (!isNumpy && ChooseStream(item, request, out own) is var choice && choice != Reading.Done)
        {
            return choice;
        }

        // For main memory no stream is named: where one is, the copy is queued on that, and nobody waits for it.
        bool isForHost = request.Device is { } target && !Streams.Has(target.device_type);
        long? stream = isForHost ? request.Stream : own;

        nint capsule = isNumpy && _numpyTakesNoArguments
            ? Call(item, null, withVersion: false, default)
            : Call(item, stream, withVersion: true, request);
        if (capsule == 0 && PythonError.ClearIf(PythonApi.TypeError))
        {
            // From before the version argument, or before any, and before it could be asked for another device.
            _numpyTakesNoArguments |= isNumpy;
            stream = own;
            capsule = Call(item, stream, withVersion: false, default);
        }

        if (capsule == 0)
        {
            return Reading.Failed;
        }

        if (Py.TypeOf(capsule) == PythonApi.CapsuleType)
        {
            long producer = stream is null or -1 ? PyTensor.NoStream : stream.Value;
            tensor = Capsules.Consume(capsule, Protocol.Dlpack, producer);
        }
        else
        {
            PythonError.Set(
                PythonApi.BufferError, $"It returned an object of type {Py.TypeName(capsule)} instead of a capsule.");
        }

        if (isForHost && tensor != 0)
        {
            NoteStream((PyTensor*)tensor, own);
        }

        Py.DecRefKeepingError(capsule);
        return tensor == 0 ? Reading.Failed : Reading.Done;
    }

    private static bool LearnNumpy(nint type)
    {
        if (_numpyArray != 0 || !Py.IsStaticType(type))
        {
            return false;
        }

        if (Py.AttributeText(type, Names.Module) == "numpy" && Py.AttributeText(type, Names.QualifiedName) == "ndarray")
        {
            _numpyArray = type;
            return true;
        }

        return false;
    }

    // Null where streams mean nothing. A consumer that says nothing would have the producer synchronize too much.
    private static Reading ChooseStream(nint item, in Request request, out long? stream)
    {
        stream = request.Stream;
        nint* arguments = stackalloc nint[] { 0, item };
        nint device = PythonApi.PyObject_VectorcallMethod(Names.DlpackDevice, arguments + 1, VectorCall.SelfOnly, 0);
        if (device == 0)
        {
            // Rare, and no reason to fail: whoever has streams also says where it is.
            return PythonError.ClearIf(PythonApi.AttributeError) ? Reading.Done : Reading.Failed;
        }

        bool isPair = Arguments.TryPair(
            device,
            "__dlpack_device__() must return a tuple (device_type, device_id) of ints",
            out long type,
            out long id);
        Py.DecRef(device);
        if (!isPair)
        {
            return Reading.Failed;
        }

        var where = new DLDevice((DLDeviceType)type, (int)id);
        if (stream is not null)
        {
            return RequestRules.CanBe(stream, request.Device ?? where) ? Reading.Done : Reading.Refused;
        }

        if (Streams.Has(where.device_type))
        {
            stream = Streams.Default(where.device_type);
        }

        return Reading.Done;
    }

    // Who lends what is on the GPU all the same, knows no other device, and takes no stream for the default one.
    private static void NoteStream(PyTensor* tensor, long? own)
    {
        if (own is { } number and not -1 && Streams.Has(tensor->Tensor.device.device_type))
        {
            tensor->ProducerStream = number;
        }
    }

    private static nint Call(nint item, long? stream, bool withVersion, in Request request)
    {
        // One free place in front, which a vectorcall may use for a bound method's object.
        nint* arguments = stackalloc nint[6];
        arguments[1] = item;
        nint names = 0;
        int count = 0;
        nint streamNumber = 0, device = 0;
        if (stream is { } number)
        {
            streamNumber = PythonApi.PyLong_FromLongLong(number);
            if (streamNumber == 0)
            {
                return 0;
            }
        }

        if (!withVersion)
        {
            if (streamNumber != 0)
            {
                arguments[2] = streamNumber;
                names = Names.OnlyStream;
            }
        }
        else if (request.Copy is null && request.Device is null)
        {
            names = streamNumber == 0 ? Names.OnlyMaxVersion : Names.StreamAndMaxVersion;
            if (streamNumber != 0)
            {
                arguments[2 + count++] = streamNumber;
            }

            arguments[2 + count] = Names.Version;
        }
        else
        {
            names = Names.AllArguments;
            device = request.Device is { } wanted
                ? Py.NewPair((long)wanted.device_type, wanted.device_id)
                : Py.NewNone();
            if (device == 0)
            {
                Py.XDecRef(streamNumber);
                return 0;
            }

            arguments[2] = streamNumber == 0 ? PythonApi.None : streamNumber;
            arguments[3] = Names.Version;
            arguments[4] = device;
            arguments[5] = request.Copy switch { null => PythonApi.None, true => PythonApi.True, _ => PythonApi.False };
        }

        nint capsule = PythonApi.PyObject_VectorcallMethod(Names.Dlpack, arguments + 1, VectorCall.SelfOnly, names);
        Py.XDecRef(streamNumber);
        Py.XDecRef(device);
        return capsule;
    }
}
