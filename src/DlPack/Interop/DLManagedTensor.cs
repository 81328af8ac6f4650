using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>
/// A lent tensor as it was before DLPack 1.0 (C: <c>DLManagedTensor</c>, 64 bytes on 64-bit); in Python the content
/// of a capsule named "dltensor". It cannot say that it is read-only.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct DLManagedTensor
{
    /// <summary>Offset 0: the tensor.</summary>
    public DLTensor dl_tensor;

    /// <summary>Offset 48, <c>void*</c>: the producer's own; nobody else reads it.</summary>
    public void* manager_ctx;

    // No field of a function pointer's type: Mono overflows its stack when it loads a struct that has one.
    private void* _deleter;

    /// <summary>
    /// Offset 56: the consumer calls this once, from any thread, when it is done; it frees the struct too. Null
    /// where there is nothing to free.
    /// </summary>
    public delegate* unmanaged[Cdecl]<DLManagedTensor*, void> deleter
    {
        readonly get => (delegate* unmanaged[Cdecl]<DLManagedTensor*, void>)_deleter;
        set => _deleter = value;
    }
}
