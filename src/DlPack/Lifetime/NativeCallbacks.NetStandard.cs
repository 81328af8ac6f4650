using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>The deleters that consumers call: trampolines that let no exception out.</summary>
internal static unsafe class NativeCallbacks
{
    // Kept for the life of the process: native code may call them at any time.
    private static readonly NativeDeleter _delete = OnDelete;
    private static readonly nint _address = Marshal.GetFunctionPointerForDelegate(_delete);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void NativeDeleter(TensorBlock* tensor);

    /// <summary>The deleter of versioned tensors.</summary>
    public static delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> DeleteVersioned =>
        (delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void>)_address;

    /// <summary>The deleter of legacy tensors.</summary>
    public static delegate* unmanaged[Cdecl]<DLManagedTensor*, void> DeleteLegacy =>
        (delegate* unmanaged[Cdecl]<DLManagedTensor*, void>)_address;

    private static void OnDelete(TensorBlock* tensor) => Deleter.Run(tensor);
}
