using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Orders the streams of GPUs, and copies from, to and within them, in their primary contexts.</summary>
internal sealed class CudaRuntime : DlPackDeviceRuntime
{
    private const long LegacyDefault = 1;
    private const string Repeated = "would repeat the copy, to memory that is gone by then";

    private CudaRuntime()
    {
    }

    /// <summary>The one that is registered.</summary>
    public static CudaRuntime Instance { get; } = new();

    /// <inheritdoc/>
    public override void Wait(DLDevice device, long producerStream, long consumerStream)
    {
        PrimaryContext context = PrimaryContext.Of(device.device_id);
        using ContextScope scope = ContextScope.Of(context.Handle);
        int consumer = Driver.AskCapture(consumerStream);
        int producer = Driver.AskCapture(producerStream);
        RefuseIfShutOut(consumerStream, consumer);
        RefuseIfShutOut(producerStream, producer);
        if (consumer == Driver.CapturedStream && producer == 0)
        {
            throw Captured(consumerStream, $"cannot wait for stream {producerStream}, which is not");
        }

        nint recorded = context.Record(producerStream);
        try
        {
            Driver.Check(
                Driver.cuStreamWaitEvent(consumerStream, recorded, 0),
                $"let stream {consumerStream} wait for stream {producerStream}");
        }
        finally
        {
            context.Recycle(recorded);
        }
    }

    /// <inheritdoc/>
    public override void Synchronize(DLDevice device, long producerStream)
    {
        using ContextScope scope = ContextScope.Of(PrimaryContext.Of(device.device_id).Handle);
        using CaptureScope others = CaptureScope.Undisturbed();
        RefuseIfCaptured(producerStream, "does no work until it is launched, so that nobody can wait for that");
        Driver.Check(Driver.cuStreamSynchronize(producerStream), $"wait for stream {producerStream}");
    }

    /// <inheritdoc/>
    public override DlPackObject Allocate(DLDevice device, DLDataType dtype, ReadOnlySpan<long> shape)
    {
        // The core knows how many bytes that is, and refuses what makes no sense.
        using DlPackObject form = DlPack.AsDlPack(256, dtype, shape);
        PrimaryContext context = PrimaryContext.Of(device.device_id);
        using ContextScope scope = ContextScope.Of(context.Handle);
        using CaptureScope others = CaptureScope.Undisturbed();
        nint address = 0;
        if (form.ByteLength > 0)
        {
            Driver.Check(
                Driver.cuMemAlloc_v2(out address, (nuint)form.ByteLength),
                $"allocate {form.ByteLength} bytes on {device}");
        }

        return DlPack.AsDlPack(
            address, dtype, shape, device: DLDevice.Cuda(device.device_id), owner: FreeOnRelease(context, address));
    }

    /// <inheritdoc/>
    public override DlPackObject AllocateOnHost(DLDevice source, DLDataType dtype, ReadOnlySpan<long> shape)
    {
        using DlPackObject form = DlPack.AsDlPack(256, dtype, shape);
        PrimaryContext context = PrimaryContext.Of(source.device_id);
        if (PinnedMemory.Rent(context, form.ByteLength) is not { } memory)
        {
            return base.AllocateOnHost(source, dtype, shape);
        }

        try
        {
            return DlPack.AsDlPack(memory.Address, dtype, shape, owner: new PinnedOwner(memory));
        }
        catch
        {
            memory.Return();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void Copy(DlPackObject source, DlPackObject destination, long? stream)
    {
        if (source.Length == 0)
        {
            return;
        }

        // Main memory is copied from at once, whichever GPU fills it, and not on that GPU's stream.
        if (source.Device.IsCpuReadable)
        {
            source.EnsureOnHost();
        }

        bool toHost = destination.Device.IsCpuReadable;
        DLDevice gpu = toHost ? source.Device : destination.Device;
        long producer = ProducerStreamOf(source) ?? LegacyDefault;
        long queue = toHost ? producer : stream ?? LegacyDefault;
        bool within = !toHost && !source.Device.IsCpuReadable;
        PrimaryContext context = PrimaryContext.Of(gpu.device_id);
        using ContextScope scope = ContextScope.Of(context.Handle);
        using CaptureScope others = CaptureScope.Undisturbed();
        RefuseIfCaptured(queue, Repeated);
        if (within && producer != queue)
        {
            RefuseIfCaptured(producer, Repeated);
            Wait(gpu, producer, queue);
        }

        if (source.IsContiguous && within)
        {
            CopyWithin(source, destination, context, queue);
        }
        else if (source.IsContiguous)
        {
            CopyAndWait(source.Data, destination.Data, source.ByteLength, queue);
        }
        else if (toHost)
        {
            CopyStrided(source, destination, gpu, queue);
        }
        else
        {
            using DlPackObject compact = DlPack.Allocate(source.DType, source.Shape, zeroed: false);
            CopyStrided(source, compact, gpu, queue);
            CopyAndWait(compact.Data, destination.Data, compact.ByteLength, queue);
        }

        GC.KeepAlive(source);
        GC.KeepAlive(destination);
    }

    private static void RefuseIfCaptured(long stream, string why)
    {
        int error = Driver.AskCapture(stream);
        RefuseIfShutOut(stream, error);
        if (error == Driver.CapturedStream)
        {
            throw Captured(stream, why);
        }
    }

    // To ask was harmless; to use it all the same would break the capture.
    private static void RefuseIfShutOut(long stream, int error)
    {
        if (Driver.IsOfCapture(error) && error != Driver.CapturedStream)
        {
            throw new DlPackException(
                $"Stream {stream} is the legacy default stream, which nothing can be ordered by while a blocking "
                + "stream is captured into a CUDA graph. Use a stream of your own, or wait for the capture's end.");
        }
    }

    // Nobody waits, so the source is held until the GPU has read it: who lent it may use its memory again at once.
    private static void CopyWithin(DlPackObject source, DlPackObject destination, PrimaryContext context, long queue)
    {
        DlPackObject held = source.AsDlPack();
        try
        {
            CopyBytes(source.Data, destination.Data, source.ByteLength, queue);
        }
        catch
        {
            held.Dispose();
            throw;
        }

        Reclaimer.After(context, queue, held.Dispose);
    }

    private void CopyStrided(DlPackObject source, DlPackObject destination, DLDevice gpu, long queue)
    {
        if (source.Device.IsCpuReadable)
        {
            source.CopyTo(destination);
            return;
        }

        (long first, long last) = (0, 0);
        for (int i = 0; i < source.NDim; i++)
        {
            long reach = checked((source.Shape[i] - 1) * source.Strides[i]);
            (first, last) = (first + Math.Min(reach, 0), last + Math.Max(reach, 0));
        }

        // Everything from the lowest to the highest element; the main processor picks what belongs to the tensor.
        int size = source.DType.BytesPerElement;
        using DlPackObject all = AllocateOnHost(gpu, DLDataType.UInt8, [(last - first + 1) * size]);
        CopyAndWait(source.Data + (nint)(first * size), all.Data, all.ByteLength, queue);
        using DlPackObject picked = DlPack.AsDlPack(
            all.Data - (nint)(first * size), source.DType, source.Shape, source.Strides);
        picked.CopyTo(destination);
    }

    private static void CopyAndWait(nint from, nint to, long bytes, long queue)
    {
        try
        {
            CopyBytes(from, to, bytes, queue);
            Driver.Check(Driver.cuStreamSynchronize(queue), "wait for a copy");
        }
        catch
        {
            PinnedMemory.Distrust(from);
            PinnedMemory.Distrust(to);
            throw;
        }
    }

    private static void CopyBytes(nint from, nint to, long bytes, long queue) => Driver.Check(
        Driver.cuMemcpyAsync(
            PinnedMemory.LockedAddress(to), PinnedMemory.LockedAddress(from), (nuint)bytes, queue),
        $"copy {bytes} bytes on stream {queue}");

    private static DlPackException Captured(long stream, string why) => new(
        $"Stream {stream} is being captured into a CUDA graph, which {why}. Lend, take and copy before the capture "
        + "begins.");

    private static DlPackOwner FreeOnRelease(PrimaryContext context, nint address) => DlPackOwner.FromCallback(() =>
    {
        if (address != 0)
        {
            Reclaimer.After(
                context, LegacyDefault, () => Driver.Check(Driver.cuMemFree_v2(address), "free memory of a GPU"));
        }
    });
}
