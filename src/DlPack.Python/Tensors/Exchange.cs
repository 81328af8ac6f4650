using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Lends Python tensors by the rules of <c>__dlpack__</c>. All members need the GIL.</summary>
internal static unsafe class Exchange
{
    /// <summary>A capsule for one consumer.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Lend(PyTensor* self, nint stream, nint version, nint device, nint copy)
    {
        nint none = PythonApi.None;
        bool isVersioned = version != none && DlpackKeywords.IsVersionOne(version);
        if (stream == none && device == none && copy == none && (isVersioned || version == none) && IsPlain(self, isVersioned))
        {
            return isVersioned ? Capsules.New(Lending.Lend(self)) : Capsules.New(Lending.LendLegacy(self));
        }

        return LendAsAsked(self, stream, version, device, copy);
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

    private static nint LendAsAsked(PyTensor* self, nint stream, nint version, nint device, nint copy)
    {
        if (!Arguments.TryStream(stream, out long? streamNumber)
            || !Arguments.TryVersion(version, out DLPackVersion? maxVersion)
            || !Arguments.TryDevice(device, "dl_device", out DLDevice? dlDevice)
            || !Arguments.TryFlag(copy, out bool? mayCopy))
        {
            return 0;
        }

        return Lend(self, streamNumber, maxVersion, dlDevice, mayCopy);
    }

    // What the core would lend as it is too: main memory, of which everything can be said.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsPlain(PyTensor* self, bool isVersioned) =>
        self->Tensor.device.device_type == DLDeviceType.kDLCPU
        && (isVersioned || (self->Flags & (DLPackFlags.ReadOnly | DLPackFlags.IsSubByteTypePadded)) == 0);
}
