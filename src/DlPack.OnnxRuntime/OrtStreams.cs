using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Orders ONNX Runtime's work after what fills a tensor.</summary>
internal static class OrtStreams
{
    /// <summary>Makes a stream wait for the tensor's content, or without one this thread.</summary>
    /// <exception cref="ArgumentException">The stream is not allowed on the tensor's device.</exception>
    /// <exception cref="DlPackException">The device's adapter is needed and missing.</exception>
    public static void Complete(DlPackObject tensor, long? stream)
    {
        if (tensor.Device.IsCpuReadable && stream is null)
        {
            tensor.EnsureOnHost();
            return;
        }

        // Taking a capsule is what orders streams; nobody needs it after that.
        tensor.Dlpack(stream: stream ?? DefaultStream(tensor.Device)).Dispose();
        if (stream is null && DlPackDeviceRuntime.TryGet(tensor.Device.device_type, out DlPackDeviceRuntime? runtime))
        {
            runtime.Synchronize(tensor.Device, DefaultStream(tensor.Device));
        }
    }

    private static long DefaultStream(DLDevice device) => device.device_type == DLDeviceType.kDLROCM ? 0 : 1;
}
