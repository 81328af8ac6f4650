using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>The deleters that consumers call: trampolines that let no exception out.</summary>
/// <remarks>
/// A forked child shares the memory of compiled code with its parent: what it is the first to call, or calls often, it
/// compiles into that, and its parent crashes. So there the deleters do nothing, and are compiled once and for all
/// before anything is lent. Where everything was compiled ahead of time, they work in children too.
/// </remarks>
internal static unsafe class NativeCallbacks
{
    /// <summary>The deleter of versioned tensors.</summary>
    public static delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> DeleteVersioned => &OnDeleteVersioned;

    /// <summary>The deleter of legacy tensors.</summary>
    public static delegate* unmanaged[Cdecl]<DLManagedTensor*, void> DeleteLegacy => &OnDeleteLegacy;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDeleteVersioned(DLManagedTensorVersioned* tensor)
    {
        if (!ForkedChild.IsHere)
        {
            Deleter.Run((TensorBlock*)tensor);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDeleteLegacy(DLManagedTensor* tensor)
    {
        if (!ForkedChild.IsHere)
        {
            Deleter.Run((TensorBlock*)tensor);
        }
    }
}
