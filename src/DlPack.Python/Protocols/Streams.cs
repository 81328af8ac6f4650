using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The streams of the devices that have them.</summary>
internal static unsafe class Streams
{
    private const long CudaLegacyDefault = 1;
    private const long CudaPerThreadDefault = 2;
    private const long RocmDefault = 0;

    /// <summary>Whether consumers and producers on a device name streams.</summary>
    public static bool Has(DLDeviceType type) =>
        type is DLDeviceType.kDLCUDA or DLDeviceType.kDLCUDAManaged or DLDeviceType.kDLROCM;

    /// <summary>
    /// The stream that is named where the caller names none, so that nothing is left to guess: the one that is ordered
    /// with all others that do not opt out of it.
    /// </summary>
    public static long Default(DLDeviceType type) => type == DLDeviceType.kDLROCM ? RocmDefault : CudaLegacyDefault;

    /// <summary>
    /// The stream to wait for on any thread: who waits need not be on the producer's, which has another per-thread
    /// default stream. The legacy default stream comes after those of all.
    /// </summary>
    public static long OnAnyThread(DLDeviceType type, long stream) =>
        stream == CudaPerThreadDefault && type != DLDeviceType.kDLROCM ? CudaLegacyDefault : stream;

    /// <summary>Throws where a number is no stream of a device.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static void Check(DLDevice device, long stream)
    {
        // The core has the rules. Of a tensor without elements nothing has to wait, and so no driver is asked.
        using DlPackObject form = DlPack.AsDlPack(0, DLDataType.UInt8, [0], device: device);
        form.Dlpack(stream).Dispose();
    }

    /// <summary>
    /// Has the default stream wait for what a tensor's content depends on, for consumers that are told of a stream
    /// instead of telling theirs. In main memory the calling thread waits.
    /// </summary>
    public static void OrderDefault(PyTensor* tensor)
    {
        DLDeviceType type = tensor->Tensor.device.device_type;
        if (!Has(type))
        {
            CompleteForHost(tensor);
        }
        else if (MayDepend(tensor))
        {
            using DlPackObject source = ManagedTensors.ToOrder(tensor);
            source.Dlpack(Default(type)).Dispose();
        }
    }

    /// <summary>
    /// Waits for what a tensor's content depends on, for consumers that read main memory and know of no streams.
    /// </summary>
    public static void CompleteForHost(PyTensor* tensor)
    {
        DLDevice device = tensor->Tensor.device;
        if (device.device_type != DLDeviceType.kDLCPU && device.IsCpuReadable && MayDepend(tensor))
        {
            using DlPackObject source = ManagedTensors.ToOrder(tensor);
            using GilPause others = GilPause.BeginIf(true);
            source.EnsureOnHost();
        }
    }

    /// <summary>Notes the stream on which a tensor's producer works.</summary>
    /// <returns>False with an error if the producer does not say.</returns>
    public static bool Order(DLPackExchangeAPI* api, PyTensor* tensor)
    {
        DLDevice device = tensor->Tensor.device;
        if (!Has(device.device_type))
        {
            return true;
        }

        void* stream = null;
        if (api->current_work_stream is not null
            && api->current_work_stream(device.device_type, device.device_id, &stream) != 0)
        {
            return false;
        }

        tensor->ProducerStream = stream is null ? Default(device.device_type) : (long)stream;
        return true;
    }

    /// <summary>Whether there may be a stream on whose work a tensor's content depends.</summary>
    public static bool MayDepend(PyTensor* tensor) =>
        tensor->SourceKind == PyTensorSource.Managed || tensor->ProducerStream != PyTensor.NoStream;
}
