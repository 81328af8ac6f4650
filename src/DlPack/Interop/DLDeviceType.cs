namespace DlPackNet.Interop;

/// <summary>The kind of device that a tensor's memory belongs to (C: <c>DLDeviceType</c>, 4 bytes).</summary>
/// <remarks>A newer producer may send values that have no name here.</remarks>
public enum DLDeviceType
{
    /// <summary>Main memory.</summary>
    kDLCPU = 1,

    /// <summary>Memory of an NVIDIA GPU.</summary>
    kDLCUDA = 2,

    /// <summary>Main memory pinned by CUDA (<c>cudaMallocHost</c>).</summary>
    kDLCUDAHost = 3,

    /// <summary>OpenCL: the data pointer is a <c>cl_mem</c>.</summary>
    kDLOpenCL = 4,

    /// <summary>Vulkan: the data pointer is a buffer handle.</summary>
    kDLVulkan = 7,

    /// <summary>Metal: the data pointer is an <c>MTLBuffer</c>.</summary>
    kDLMetal = 8,

    /// <summary>Verilog simulator buffer.</summary>
    kDLVPI = 9,

    /// <summary>Memory of an AMD GPU.</summary>
    kDLROCM = 10,

    /// <summary>Main memory pinned by ROCm (<c>hipMallocHost</c>).</summary>
    kDLROCMHost = 11,

    /// <summary>Reserved for extensions while they are being tried.</summary>
    kDLExtDev = 12,

    /// <summary>CUDA managed memory, which main processor and GPU both reach.</summary>
    kDLCUDAManaged = 13,

    /// <summary>Unified shared memory of a oneAPI device.</summary>
    kDLOneAPI = 14,

    /// <summary>WebGPU: the data pointer is a buffer handle.</summary>
    kDLWebGPU = 15,

    /// <summary>Qualcomm Hexagon DSP.</summary>
    kDLHexagon = 16,

    /// <summary>Microsoft MAIA.</summary>
    kDLMAIA = 17,

    /// <summary>AWS Trainium.</summary>
    kDLTrn = 18,

    /// <summary>Google TPU (added after 1.3).</summary>
    kDLTPU = 19,

    /// <summary>Main memory pinned for a Google TPU (added after 1.3).</summary>
    kDLTPUHost = 20,

    /// <summary>Huawei Ascend (added after 1.3).</summary>
    kDLAscend = 21,
}
