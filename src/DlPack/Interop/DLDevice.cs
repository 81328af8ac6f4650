using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>A device: its kind and which one of that kind (C: <c>DLDevice</c>, 8 bytes).</summary>
[StructLayout(LayoutKind.Sequential)]
public struct DLDevice : IEquatable<DLDevice>
{
    /// <summary>Offset 0, <c>int32_t</c>: the kind of device.</summary>
    public DLDeviceType device_type;

    /// <summary>Offset 4, <c>int32_t</c>: which device of that kind; 0 for main memory.</summary>
    public int device_id;

    /// <summary>Names a device.</summary>
    /// <param name="deviceType">The kind of device.</param>
    /// <param name="deviceId">Which device of that kind.</param>
    public DLDevice(DLDeviceType deviceType, int deviceId = 0)
    {
        device_type = deviceType;
        device_id = deviceId;
    }

    /// <summary>Main memory: (kDLCPU, 0).</summary>
    public static DLDevice Cpu => new(DLDeviceType.kDLCPU, 0);

    /// <summary>The CUDA device with this ordinal.</summary>
    /// <param name="ordinal">The CUDA ordinal, as the CUDA driver counts visible devices.</param>
    public static DLDevice Cuda(int ordinal = 0) => new(DLDeviceType.kDLCUDA, ordinal);

    /// <summary>
    /// Whether the main processor can read the memory: kDLCPU, kDLCUDAHost, kDLROCMHost, kDLCUDAManaged.
    /// </summary>
    public readonly bool IsCpuReadable => device_type
        is DLDeviceType.kDLCPU
        or DLDeviceType.kDLCUDAHost
        or DLDeviceType.kDLROCMHost
        or DLDeviceType.kDLCUDAManaged;

    /// <summary>Whether both are the same device.</summary>
    public static bool operator ==(DLDevice left, DLDevice right) => left.Equals(right);

    /// <summary>Whether the devices differ.</summary>
    public static bool operator !=(DLDevice left, DLDevice right) => !left.Equals(right);

    /// <inheritdoc/>
    public readonly bool Equals(DLDevice other) => device_type == other.device_type && device_id == other.device_id;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is DLDevice other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => unchecked(((int)device_type * 65599) + device_id);

    /// <summary>Kind and number, such as "cpu:0" or "cuda:1".</summary>
    public override readonly string ToString()
    {
        string name = device_type.ToString();
        name = name.StartsWith("kDL", StringComparison.Ordinal)
            ? name.Substring(3).ToLowerInvariant()
            : "device" + name;
        return FormattableString.Invariant($"{name}:{device_id}");
    }
}
