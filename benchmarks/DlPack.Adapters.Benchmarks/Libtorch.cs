using System.Reflection;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using TorchSharp;

namespace DlPackNet.Benchmarks;

/// <summary>
/// libtorch's own functions for DLPack, as C++ calls them on Linux x64: the peers of TorchSharp's adapter.
/// </summary>
internal static unsafe class Libtorch
{
    private static readonly string? _folder = typeof(Libtorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == "LibtorchFolder")?.Value;

    /// <summary>Whether TorchSharp and libtorch are here; they are loaded then.</summary>
    public static bool IsThere { get; } = Load();

    /// <summary><c>int aoti_torch_new_uninitialized_tensor(at::Tensor** result)</c>.</summary>
    public static delegate* unmanaged[Cdecl]<nint*, int> NewTensor { get; private set; }

    /// <summary><c>int aoti_torch_delete_tensor_object(at::Tensor*)</c>.</summary>
    public static delegate* unmanaged[Cdecl]<nint, int> DeleteTensor { get; private set; }

    /// <summary>
    /// <c>at::Tensor at::fromDLPackVersioned(DLManagedTensorVersioned*, std::function&lt;void(void*)&gt;)</c>.
    /// </summary>
    public static delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*, long*, nint> FromDlpack
    {
        get;
        private set;
    }

    /// <summary><c>DLManagedTensorVersioned* at::toDLPackVersioned(const at::Tensor&amp;)</c>.</summary>
    public static delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*> ToDlpack { get; private set; }

    private static bool Load()
    {
        if (_folder is null)
        {
            return false;
        }

        NativeLibrary.Load(Directory.EnumerateFiles(_folder, "libgomp*").Single());
        NativeLibrary.Load(Path.Combine(_folder, "libc10.so"));
        nint cpu = NativeLibrary.Load(Path.Combine(_folder, "libtorch_cpu.so"));
        NativeLibrary.Load(Path.Combine(_folder, "libtorch.so"));
        if (!NativeLibrary.TryLoad("LibTorchSharp", typeof(torch).Assembly, searchPath: null, out _))
        {
            return false;
        }

        torch.InitializeDeviceType(DeviceType.CPU);
        NewTensor = (delegate* unmanaged[Cdecl]<nint*, int>)NativeLibrary.GetExport(
            cpu, "aoti_torch_new_uninitialized_tensor");
        DeleteTensor = (delegate* unmanaged[Cdecl]<nint, int>)NativeLibrary.GetExport(
            cpu, "aoti_torch_delete_tensor_object");
        FromDlpack = (delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*, long*, nint>)NativeLibrary.GetExport(
            cpu, "_ZN2at19fromDLPackVersionedEP24DLManagedTensorVersionedSt8functionIFvPvEE");
        ToDlpack = (delegate* unmanaged[Cdecl]<nint, DLManagedTensorVersioned*>)NativeLibrary.GetExport(
            cpu, "_ZN2at17toDLPackVersionedERKNS_6TensorE");
        return true;
    }
}
