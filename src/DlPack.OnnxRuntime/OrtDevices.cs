using System.Collections.Concurrent;
using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>Where ONNX Runtime's memory is, in terms of DLPack, and back.</summary>
internal static class OrtDevices
{
    // PCI vendor ids, by which ONNX Runtime tells the makers of devices apart.
    private const uint Amd = 0x1002;
    private const uint Nvidia = 0x10DE;

    private static readonly ConcurrentDictionary<DLDevice, OrtMemoryInfo> _memoryInfos = [];
    private static readonly Lazy<string[]> _providers = new(() => OrtEnv.Instance().GetAvailableProviders());

    /// <summary>The device of a value.</summary>
    /// <exception cref="DlPackException">Memory of a kind whose pointers nobody else can use.</exception>
    public static DLDevice Of(OrtValue value)
    {
        using OrtMemoryInfo info = value.GetTensorMemoryInfo();
        OrtMemoryInfoDeviceType device = info.GetDeviceType();
        if (device == OrtMemoryInfoDeviceType.CPU)
        {
            return DLDevice.Cpu;
        }

        bool isPinned = info.GetDeviceMemoryType() == OrtDeviceMemoryType.HOST_ACCESSIBLE;
        DLDeviceType type = (device, info.GetVendorId()) switch
        {
            (OrtMemoryInfoDeviceType.GPU, Nvidia) => isPinned ? DLDeviceType.kDLCUDAHost : DLDeviceType.kDLCUDA,
            (OrtMemoryInfoDeviceType.GPU, Amd) => isPinned ? DLDeviceType.kDLROCMHost : DLDeviceType.kDLROCM,
            _ => throw new DlPackException(
                $"The value is in {info.Name} memory ({device}), which has no addresses that other libraries could "
                + "use. Let ONNX Runtime put it out in main memory: run without binding it to a device, or bind the "
                + "output to a tensor."),
        };
        return new DLDevice(type, info.Id);
    }

    /// <summary>ONNX Runtime's description of a device's memory, which stays.</summary>
    /// <exception cref="DlPackException">
    /// ONNX Runtime takes no pointers of this device, or not this build of it.
    /// </exception>
    public static OrtMemoryInfo MemoryInfo(DLDevice device) => device.IsCpuReadable
        ? OrtMemoryInfo.DefaultInstance
        : _memoryInfos.GetOrAdd(device, static device => NewMemoryInfo(device));

    private static OrtMemoryInfo NewMemoryInfo(DLDevice device)
    {
        (string name, string provider) = device.device_type switch
        {
            DLDeviceType.kDLCUDA => ("Cuda", "CUDAExecutionProvider"),
            DLDeviceType.kDLROCM => ("Hip", "ROCMExecutionProvider"),
            _ => throw new DlPackException(
                $"ONNX Runtime takes tensors in main memory, on CUDA and on ROCm, and this one is on {device}. Copy it "
                + "here first by Copy(), with the adapter for that device installed."),
        };

        // Without the provider ONNX Runtime would read the address as one of main memory, which ends the process.
        return _providers.Value.Contains(provider)
            ? new OrtMemoryInfo(name, OrtAllocatorType.DeviceAllocator, device.device_id, OrtMemType.Default)
            : throw new DlPackException(
                $"The tensor is on {device}, and this build of ONNX Runtime has no {provider} (it has "
                + $"{string.Join(", ", _providers.Value)}). Install the package that has it, such as "
                + "Microsoft.ML.OnnxRuntime.Gpu, or copy the tensor here first by Copy().");
    }
}
