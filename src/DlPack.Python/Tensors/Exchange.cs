using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Lends Python tensors by the rules of <c>__dlpack__</c>. All members need the GIL.</summary>
internal static unsafe class Exchange
{
    // Copied in some 0.1 ms. Python lets a thread keep the GIL for 5 ms, and to have it back may take as long: for less
    // than this nobody gains.
    private const long MuchBytes = 1 << 18;

    /// <summary>A capsule for one consumer.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint Lend(PyTensor* self, nint stream, nint version, nint device, nint copy)
    {
        nint none = PythonApi.None;
        bool isVersioned = version != none && DlpackKeywords.IsVersionOne(version);
        bool isUsual = stream == none && device == none && copy == none && (isVersioned || version == none);
        if (isUsual && IsPlain(self, isVersioned))
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

        using DlPackObject tensor = ManagedTensors.Of(self);
        using DlPackCapsule capsule = LendByCore(self, tensor, stream, maxVersion ?? default, device, copy);
        nint lent = capsule.Consume();
        return isVersioned
            ? Capsules.New((DLManagedTensorVersioned*)lent)
            : Capsules.New((DLManagedTensor*)lent);
    }

    /// <summary>Lends a tensor by the rules of the core, without the GIL where that may take long.</summary>
    /// <param name="self">The Python tensor.</param>
    /// <param name="tensor">What <see cref="ManagedTensors"/> makes of it.</param>
    /// <param name="stream">This and what follows: see <see cref="DlPackObject.Dlpack"/>.</param>
    /// <param name="maxVersion">The newest version that the consumer knows.</param>
    /// <param name="device">Where it wants the tensor.</param>
    /// <param name="copy">Whether it wants a copy.</param>
    public static DlPackCapsule LendByCore(
        PyTensor* self, DlPackObject tensor, long? stream, DLPackVersion? maxVersion, DLDevice? device, bool? copy)
    {
        using GilPause others = GilPause.BeginIf(MayTakeLong(self, maxVersion, device, copy));
        return tensor.Dlpack(stream, maxVersion, device, copy);
    }

    // To have one stream wait for another blocks nobody: only copies do, and waiting for pinned memory.
    private static bool MayTakeLong(PyTensor* self, DLPackVersion? maxVersion, DLDevice? device, bool? copy)
    {
        bool copies = copy == true
            || (device is not null && device != self->Tensor.device)
            || (self->IsReadOnly && maxVersion is { major: 0 });
        DLDeviceType type = self->Tensor.device.device_type;
        return type == DLDeviceType.kDLCPU
            ? copies && self->Length >= MuchBytes * 8 / Math.Max(self->Tensor.dtype.BitsPerElement, 1)
            : copies || (!Streams.Has(type) && Streams.MayDepend(self));
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
