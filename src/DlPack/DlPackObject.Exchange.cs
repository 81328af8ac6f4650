using DlPackNet.Interop;
using DlPackNet.Layout;
using DlPackNet.Lifetime;

namespace DlPackNet;

public sealed unsafe partial class DlPackObject
{
    /// <summary>The stream on whose work the content depends, or null if it is complete.</summary>
    internal long? ProducerStream =>
        Device.device_type == DLDeviceType.kDLCPU
            ? null
            : StreamRules.Producer(Device, (_keeper as DlPackOwner)?.ProducerStream);

    /// <summary>Where that stream is, if not where the tensor is.</summary>
    private DLDevice? StreamDevice => (_keeper as DlPackOwner)?.StreamDevice;

    /// <summary>Where the tensor is: what a consumer asks before <see cref="Dlpack"/>.</summary>
    /// <returns>The same as <see cref="Device"/>.</returns>
    /// <remarks>Python array API standard: <c>__dlpack_device__</c>.</remarks>
    public DLDevice DlpackDevice() => Device;

    /// <summary>Lends the tensor to one consumer.</summary>
    /// <param name="stream">
    /// The consumer's stream, which is made to wait for the producer's; the calling thread is not blocked. On the CPU
    /// null. CUDA: null or 1 for the legacy default stream, 2 for the per-thread default, above 2 a
    /// <c>CUstream</c>, -1 for no synchronization. ROCm: null or 0 for the default stream, above 2 a stream, -1. Pinned
    /// memory: the same, but null is for the main processor, and the calling thread waits.
    /// </param>
    /// <param name="maxVersion">
    /// The newest DLPack version that the consumer knows; null for the current one. Major 0 makes a legacy capsule.
    /// </param>
    /// <param name="dlDevice">Where the consumer wants the tensor: null or its own device, or the CPU.</param>
    /// <param name="copy">true: always a fresh copy; false: never a copy; null: only if one is needed.</param>
    /// <returns>
    /// A capsule with a reference of its own, to be consumed or disposed. Its cost does not depend on
    /// <see cref="Length"/>, unless a copy is made: compact, writable, flagged as copied, and on the CPU 256-byte
    /// aligned.
    /// </returns>
    /// <exception cref="ArgumentException">The stream is not allowed on this device.</exception>
    /// <exception cref="DlPackException">
    /// Another device than asked for; a copy is needed and forbidden (read-only data for a legacy consumer, data on a
    /// GPU for a CPU consumer); or the device's adapter is missing.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    /// <remarks>Python array API standard: <c>__dlpack__</c>, argument for argument.</remarks>
    public DlPackCapsule Dlpack(
        long? stream = null, DLPackVersion? maxVersion = null, DLDevice? dlDevice = null, bool? copy = null)
    {
        bool versioned = maxVersion is not { major: 0 };
        TensorBlock* block = Export(stream, versioned, dlDevice, copy);
        try
        {
            return new DlPackCapsule(block, versioned);
        }
        catch
        {
            // Out of memory: nobody has the block.
            Deleter.Run(block);
            throw;
        }
    }

    /// <summary>A fresh, compact, writable copy in main memory, 256-byte aligned.</summary>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="DlPackException">
    /// The tensor is on a device whose adapter is missing, or its packed 4-bit or 6-bit elements are strided.
    /// </exception>
    /// <exception cref="ObjectDisposedException">This object has been disposed.</exception>
    public DlPackObject Copy() => CopyOn(DLDevice.Cpu, stream: null);

    /// <summary>A published block for one consumer, by the rules of <see cref="Dlpack"/>.</summary>
    internal TensorBlock* Export(long? stream, bool versioned, DLDevice? dlDevice, bool? copy)
    {
        long consumer = StreamRules.Consumer(Device, stream);
        DLDevice target = dlDevice ?? Device;
        if (!versioned && IsSubBytePadded)
        {
            throw PaddingUnsayable();
        }

        if (NeedsCopy(target, versioned, copy))
        {
            using DlPackObject fresh = CopyOn(target, stream == StreamRules.None ? null : stream);
            if (fresh.Device != target)
            {
                throw CopiedElsewhere(fresh.Device);
            }

            return fresh.Publish(versioned, target, isFreshCopy: true);
        }

        bool isForHost = Devices.IsHost(Device) && (stream is null || target == DLDevice.Cpu);
        if (isForHost)
        {
            CompleteForHost();
        }
        else if (consumer != StreamRules.None && ProducerStream is { } producer)
        {
            Order(producer, consumer);
        }

        return Publish(versioned, target, isFreshCopy: false);
    }

    private void Order(long producer, long consumer)
    {
        if (StreamDevice is not null)
        {
            // The consumer's number does not tell on which device its stream is, so the calling thread waits.
            CompleteForHost();
        }
        else if (producer != consumer)
        {
            DlPackDeviceRuntime.Need(Device, "order the consumer's stream after the producer's")
                .Wait(Device, producer, consumer);
        }
    }

    private bool NeedsCopy(DLDevice target, bool versioned, bool? copy)
    {
        string? reason = null;
        if (target != Device)
        {
            if (target != DLDevice.Cpu)
            {
                throw WantedElsewhere(target);
            }

            // Pinned memory is main memory: the CPU takes it as it is.
            reason = Devices.IsHost(Device) ? null : "the consumer wants it on the CPU";
        }

        if (reason is null && !versioned && IsReadOnly && !AllowReadOnlyLegacyExport)
        {
            reason = "read-only, which a legacy capsule cannot say";
        }

        if (reason is not null && copy == false)
        {
            throw CopyForbidden(reason, versioned);
        }

        return reason is not null || copy == true;
    }

    // Apart from the checks, so that what passes them is quick.
    private DlPackException PaddingUnsayable() => new(
        $"The tensor's {DType} elements take a byte each, which a legacy capsule cannot say: its consumer would "
        + "read them as packed. Ask for version 1.");

    private DlPackException WantedElsewhere(DLDevice target) => new(
        $"The tensor is on {Device} and the consumer wants it on {target}. Only the tensor's own device "
        + "and the CPU can be served: leave dlDevice null and let the consumer copy.");

    private DlPackException CopyForbidden(string reason, bool versioned) => new(
        $"A copy is needed, since the tensor is on {Device} and {reason}, and copy is false. Leave copy null"
        + (versioned ? "." : ", ask for version 1, or set AllowReadOnlyLegacyExport for a trusted consumer."));

    // Pinned and managed memory are what a kind of adapter may not have, and nobody may be told that GPU memory is
    // such.
    private DlPackException CopiedElsewhere(DLDevice there) => new(
        $"A copy of the tensor on {Device} would have to be there too, and the adapter makes it on {there}. Ask for a "
        + "copy on the CPU.");

    private TensorBlock* Publish(bool versioned, DLDevice device, bool isFreshCopy)
    {
        object keeper = SharedKeeper;
        PerThread thread = PerThread.Current;
        TensorBlock* block = TensorBlock.Rent(thread, NDim);
        DLPackFlags flags;
        nint address;
        try
        {
            _dims.AsSpan().CopyTo(TensorBlock.Dims(block, NDim));
            address = TensorBlock.Hold(block, keeper) + _address;

            // The block has a reference of its own now; a forgotten object may be finalized from here on.
            GC.KeepAlive(this);
            flags = FlagsToLend(keeper, isFreshCopy);
        }
        catch
        {
            TensorBlock.Abandon(block, thread);
            throw;
        }

        TensorBlock.Publish(
            block, Length == 0 ? 0 : address, DType, device, flags, NDim, ByteOffset, versioned, thread);
        return block;
    }

    // A consumer that is told of a copy may treat it as its own, so only one consumer of a copy is told.
    private DLPackFlags FlagsToLend(object keeper, bool isFreshCopy)
    {
        bool mayTell = isFreshCopy || (IsCopied && keeper is DlPackOwner owner && owner.ClaimCopy());
        return mayTell ? _header.Flags | DLPackFlags.IsCopied : _header.Flags & ~DLPackFlags.IsCopied;
    }

    private DlPackObject AllocateOnHost()
    {
        DlPackDeviceRuntime runtime = DlPackDeviceRuntime.Need(Device, $"copy from {Device}");
        using DlPackObject room = runtime.AllocateOnHost(Device, DType, Shape);
        TensorHeader header = room._header with { Flags = DLPackFlags.IsCopied };
        return new DlPackObject(room, room._address, header, room._dims, room.Length);
    }

    private DlPackObject CopyOn(DLDevice target, long? stream)
    {
        bool toCpu = target.device_type == DLDeviceType.kDLCPU;
        if (IsSubBytePadded && !(toCpu && Device.IsCpuReadable))
        {
            throw new DlPackException(
                $"Padded {DType} elements can be copied in main memory only, not from {Device} to {target}.");
        }

        // Packed elements may leave a rest of the last byte, which is not copied.
        bool zeroed = DType.IsSubByte && !IsSubBytePadded;
        DlPackObject copy = !toCpu
            ? DlPackDeviceRuntime.Need(target, "copy on the device").Allocate(target, DType, Shape)
            : Device.IsCpuReadable ? DlPack.Allocate(DType, Shape, zeroed, IsSubBytePadded, DLPackFlags.IsCopied)
            : AllocateOnHost();
        try
        {
            if (toCpu && Device.IsCpuReadable)
            {
                CopyTo(copy);
            }
            else
            {
                if (StreamDevice is not null)
                {
                    CompleteForHost();
                }

                DlPackDeviceRuntime.Need(Device, $"copy from {Device} to {target}").Copy(this, copy, stream);
            }

            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
