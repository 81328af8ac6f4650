using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Orders ONNX Runtime's work after what fills a tensor.</summary>
internal static unsafe class OrtStreams
{
    private const long NoStream = -1;

    /// <summary>Lends a tensor once a stream waits for its content, or without one this thread has.</summary>
    /// <returns>A struct that the caller owns.</returns>
    /// <exception cref="ArgumentException">The stream is not allowed on the tensor's device.</exception>
    /// <exception cref="DlPackException">The device's adapter is needed and missing.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static DLManagedTensorVersioned* Lend(DlPackObject tensor, long? stream)
    {
        if (tensor.Device.IsCpuReadable && stream is null)
        {
            return LendToHost(tensor);
        }

        using DlPackCapsule capsule = tensor.Dlpack(stream: stream ?? DefaultStream(tensor.Device));
        if (stream is null && DlPackDeviceRuntime.TryGet(tensor.Device.device_type, out DlPackDeviceRuntime? runtime))
        {
            runtime.Synchronize(tensor.Device, DefaultStream(tensor.Device));
        }

        return (DLManagedTensorVersioned*)capsule.Consume();
    }

    // Export waits for what fills main memory; for memory that a GPU shares it would have a stream wait.
    private static DLManagedTensorVersioned* LendToHost(DlPackObject tensor)
    {
        if (tensor.Device.device_type != DLDeviceType.kDLCUDAManaged)
        {
            return DlPack.Export(tensor);
        }

        tensor.EnsureOnHost();
        using DlPackCapsule capsule = tensor.Dlpack(stream: NoStream);
        return (DLManagedTensorVersioned*)capsule.Consume();
    }

    private static long DefaultStream(DLDevice device) => device.device_type == DLDeviceType.kDLROCM ? 0 : 1;
}
