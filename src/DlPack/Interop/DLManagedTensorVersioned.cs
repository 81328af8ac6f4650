using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>
/// A lent tensor since DLPack 1.0 (C: <c>DLManagedTensorVersioned</c>, 80 bytes on 64-bit); in Python the content of
/// a capsule named "dltensor_versioned".
/// </summary>
/// <remarks>
/// Read <see cref="version"/> first. If its major number is not 1, call the <see cref="deleter"/> and read nothing
/// else.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct DLManagedTensorVersioned
{
    /// <summary>Offset 0: the layout that the producer used.</summary>
    public DLPackVersion version;

    /// <summary>Offset 8, <c>void*</c>: the producer's own; nobody else reads it.</summary>
    public void* manager_ctx;

    // No field of a function pointer's type: Mono overflows its stack when it loads a struct that has one.
    private void* _deleter;

    /// <summary>Offset 24, <c>uint64_t</c>: read-only, copied, padded.</summary>
    public DLPackFlags flags;

    /// <summary>Offset 32: the tensor.</summary>
    public DLTensor dl_tensor;

    /// <summary>
    /// Offset 16: the consumer calls this once, from any thread, when it is done; it frees the struct too. Null
    /// where there is nothing to free.
    /// </summary>
    public delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void> deleter
    {
        readonly get => (delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void>)_deleter;
        set => _deleter = value;
    }
}
