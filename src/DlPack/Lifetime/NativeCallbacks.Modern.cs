using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>The deleters that consumers call: trampolines that let no exception out.</summary>
internal static unsafe class NativeCallbacks
{
    /// <summary>The deleter of versioned tensors.</summary>
    public static delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> DeleteVersioned => &OnDeleteVersioned;

    /// <summary>The deleter of legacy tensors.</summary>
    public static delegate* unmanaged[Cdecl]<DLManagedTensor*, void> DeleteLegacy => &OnDeleteLegacy;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDeleteVersioned(DLManagedTensorVersioned* tensor) => Deleter.Run((TensorBlock*)tensor);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDeleteLegacy(DLManagedTensor* tensor) => Deleter.Run((TensorBlock*)tensor);
}
