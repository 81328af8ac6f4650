using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Lends Python tensors by the rules of <c>__dlpack__</c>. All members need the GIL.</summary>
internal static unsafe class Exchange
{
    /// <summary>A capsule for one consumer.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint Lend(PyTensor* self, nint stream, nint version, nint device, nint copy)
    {
        nint none = PythonApi.None;
        bool isVersioned = version != none && IsVersionOne(version);
        if (stream == none && device == none && copy == none && (isVersioned || version == none) && IsPlain(self, isVersioned))
        {
            return isVersioned ? Capsules.New(Lending.Lend(self)) : Capsules.New(Lending.LendLegacy(self));
        }

        if (!Arguments.TryStream(stream, out long? streamNumber)
            || !Arguments.TryVersion(version, out DLPackVersion? maxVersion)
            || !Arguments.TryDevice(device, "dl_device", out DLDevice? dlDevice)
            || !Arguments.TryFlag(copy, out bool? mayCopy))
        {
            return 0;
        }

        return Lend(self, streamNumber, maxVersion, dlDevice, mayCopy);
    }

    /// <summary>As above.</summary>
    public static nint Lend(
        PyTensor* self, long? stream, DLPackVersion? maxVersion, DLDevice? device, bool? copy)
    {
        bool isVersioned = maxVersion is { major: >= 1 };
        bool isHere = device is null || device == self->Tensor.device;
        if (stream is null && isHere && copy != true && IsPlain(self, isVersioned))
        {
            return isVersioned ? Capsules.New(Lending.Lend(self)) : Capsules.New(Lending.LendLegacy(self));
        }

        // Everything else goes by the rules of the core.
        using DlPackObject tensor = ManagedTensors.Of(self);
        using DlPackCapsule capsule = tensor.Dlpack(stream, maxVersion ?? default, device, copy);
        nint lent = capsule.Consume();
        return isVersioned
            ? Capsules.New((DLManagedTensorVersioned*)lent)
            : Capsules.New((DLManagedTensor*)lent);
    }

    // What the core would lend as it is too: main memory, of which everything can be said.
    private static bool IsPlain(PyTensor* self, bool isVersioned) =>
        self->Tensor.device.device_type == DLDeviceType.kDLCPU
        && (isVersioned || (self->Flags & (DLPackFlags.ReadOnly | DLPackFlags.IsSubByteTypePadded)) == 0);

    // The tuple that nearly everybody passes; any other goes the long way.
    private static bool IsVersionOne(nint version)
    {
        if (Py.TypeOf(version) != PythonApi.TupleType || PythonApi.PyTuple_Size(version) != 2)
        {
            return false;
        }

        nint major = PythonApi.PyTuple_GetItem(version, 0);
        nint minor = PythonApi.PyTuple_GetItem(version, 1);
        return major == Names.One && Py.TypeOf(minor) == PythonApi.LongType;
    }
}
