using System.Diagnostics.CodeAnalysis;
using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet;

/// <summary>
/// Hands a tensor to libtorch, after checking all that libtorch would answer with an exception, which from its C++
/// functions would end the process, or with a crash later.
/// </summary>
internal static unsafe class TorchImport
{
    private static bool _isLoaded;

    /// <summary>Makes a torch tensor over the same memory.</summary>
    /// <param name="tensor">The tensor; it may be disposed afterwards.</param>
    /// <param name="allowReadOnly">Whether to take read-only memory.</param>
    /// <param name="useLibtorchDlpack">
    /// Whether to prefer libtorch's own entry to DLPack, where it is found. False is for tests: main memory then goes
    /// as on platforms without it.
    /// </param>
    /// <returns>The handle of a new tensor.</returns>
    public static nint Take(DlPackObject tensor, bool allowReadOnly, bool useLibtorchDlpack)
    {
        torch.ScalarType type = Check(tensor, allowReadOnly);
        if (!_isLoaded)
        {
            Load();
            _isLoaded = true;
        }

        bool direct = useLibtorchDlpack && LibtorchDlpack.IsAvailable;
        DLManagedTensorVersioned* lent = tensor.Device.device_type switch
        {
            DLDeviceType.kDLCPU => DlPack.Export(tensor),
            DLDeviceType.kDLCUDA => LendOnCuda(tensor, direct),
            _ => LendInMainMemory(tensor),
        };
        CheckAligned(lent);
        return direct ? LibtorchDlpack.Take(lent) : TorchBlob.Take(lent, type, tensor.IsContiguous);
    }

    private static void Load()
    {
        try
        {
            torch.InitializeDeviceType(DeviceType.CPU);
        }
        catch (TypeInitializationException e)
        {
            throw TorchErrors.NotLoaded(e);
        }
    }

    private static torch.ScalarType Check(DlPackObject tensor, bool allowReadOnly)
    {
        if (tensor.IsReadOnly && !allowReadOnly)
        {
            ThrowReadOnly();
        }

        foreach (long stride in tensor.Strides)
        {
            if (stride < 0)
            {
                ThrowBackwards(tensor);
            }
        }

        return TorchDTypes.Of(tensor.DType);
    }

    /// <summary>After lending, when the memory is in its place. What is refused is given back.</summary>
    private static void CheckAligned(DLManagedTensorVersioned* lent)
    {
        nint data = (nint)lent->dl_tensor.data;
        DLDataType dtype = lent->dl_tensor.dtype;
        if (data % dtype.BytesPerElement == 0)
        {
            return;
        }

        // Complex numbers are what really crashes: both parts are moved by one instruction.
        DlPack.Release(lent);
        throw new DlPackException(
            $"The {dtype} elements are at 0x{data:x}, and torch may crash unless that is a multiple of their "
            + $"{dtype.BytesPerElement} bytes. Take Copy(), which is aligned, or memory of DlPack.Allocate; .NET "
            + "arrays are aligned to 8 bytes only.");
    }

    private static DLManagedTensorVersioned* LendOnCuda(DlPackObject tensor, bool direct)
    {
        if (!direct)
        {
            throw new DlPackException(
                $"The tensor is on {tensor.Device}, and libtorch's entry to DLPack, which takes such memory, is known "
                + "on Linux x64 only. Take Copy(), which is in main memory, and move the torch tensor by cuda().");
        }

        if (!torch.TryInitializeDeviceType(DeviceType.CUDA) || tensor.Device.device_id >= torch.cuda.device_count())
        {
            throw new DlPackException(
                $"The tensor is on {tensor.Device}, which this libtorch does not have. Install the package "
                + "TorchSharp-cuda-linux, or take Copy(), which is in main memory.");
        }

        using DlPackCapsule capsule = tensor.Dlpack(stream: TorchExport.StreamOf(tensor.Device));
        return (DLManagedTensorVersioned*)capsule.Consume();
    }

    /// <summary>Pinned memory is main memory like other.</summary>
    private static DLManagedTensorVersioned* LendInMainMemory(DlPackObject tensor)
    {
        if (!tensor.Device.IsCpuReadable)
        {
            throw new DlPackException(
                $"torch takes memory in main memory and on CUDA, and this tensor is on {tensor.Device}. Take Copy(), "
                + "which is in main memory, with the adapter for that device installed.");
        }

        using DlPackCapsule capsule = tensor.Dlpack(dlDevice: DLDevice.Cpu, copy: false);
        return (DLManagedTensorVersioned*)capsule.Consume();
    }

    [DoesNotReturn]
    private static void ThrowReadOnly() => throw new DlPackException(
        "The tensor is read-only, and torch cannot be told so: it would write to it. Take Copy(), or pass "
        + "allowReadOnly if nobody will write to the torch tensor.");

    [DoesNotReturn]
    private static void ThrowBackwards(DlPackObject tensor) => throw new DlPackException(
        $"The strides are [{string.Join(", ", tensor.Strides.ToArray())}], and torch takes no negative ones. Take "
        + "Copy(), which has none.");
}
