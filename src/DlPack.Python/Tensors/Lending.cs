using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Structs that are lent on a Python tensor as it is: no copy, no other device, no stream.</summary>
internal static unsafe class Lending
{
    // Counted apart, since those with the GIL need no atomic operations.
    private static long _lent;
    private static long _returned;
    private static long _returnedWithoutGil;

    /// <summary>What consumers call.</summary>
    public static nint[] Callbacks =>
    [
        (nint)(delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void>)&OnDelete,
        (nint)(delegate* unmanaged[Cdecl]<DLManagedTensor*, void>)&OnDeleteLegacy,
    ];

    /// <summary>The structs whose deleters have not been called. Needs the GIL.</summary>
    public static long LiveCount => _lent - _returned - Interlocked.Read(ref _returnedWithoutGil);

    /// <summary>Lends it. Needs the GIL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DLManagedTensorVersioned* Lend(PyTensor* tensor)
    {
        DLManagedTensorVersioned* block = TakeBlock(tensor);
        block->version.major = DLPackVersion.Current.major;
        block->version.minor = DLPackVersion.Current.minor;
        block->manager_ctx = tensor;
        block->flags = FlagsToLend(tensor);
        block->dl_tensor = tensor->Tensor;
        PyTensor.TakeReference(tensor);
        block->deleter = &OnDelete;
        return block;
    }

    /// <summary>Lends it in the struct from before DLPack 1.0, which can tell of no flag. Needs the GIL.</summary>
    public static DLManagedTensor* LendLegacy(PyTensor* tensor)
    {
        var block = (DLManagedTensor*)TakeBlock(tensor);
        block->manager_ctx = tensor;
        block->dl_tensor = tensor->Tensor;
        PyTensor.TakeReference(tensor);
        block->deleter = &OnDeleteLegacy;
        return block;
    }

    /// <summary>Takes a struct back, if it is one of ours. Needs the GIL.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryReturn(DLManagedTensorVersioned* block)
    {
        if ((nint)block->deleter != (nint)(delegate* unmanaged[Cdecl]<DLManagedTensorVersioned*, void>)&OnDelete)
        {
            return false;
        }

        ReturnWithGil(block, (PyTensor*)block->manager_ctx);
        return true;
    }

    /// <summary>Takes a legacy struct back, if it is one of ours. Needs the GIL.</summary>
    public static bool TryReturn(DLManagedTensor* block)
    {
        if ((nint)block->deleter != (nint)(delegate* unmanaged[Cdecl]<DLManagedTensor*, void>)&OnDeleteLegacy)
        {
            return false;
        }

        ReturnWithGil(block, (PyTensor*)block->manager_ctx);
        return true;
    }

    private static void ReturnWithGil(void* block, PyTensor* tensor)
    {
        _returned++;
        FreeBlock(block, tensor);
        PyTensor.DropReference(tensor);
    }

    private static void Return(void* block, PyTensor* tensor)
    {
        if (Gil.IsHeld)
        {
            ReturnWithGil(block, tensor);
            return;
        }

        Interlocked.Increment(ref _returnedWithoutGil);
        FreeBlock(block, tensor);
        ReleaseQueue.Release(tensor);
    }

    private static void FreeBlock(void* block, PyTensor* tensor)
    {
        if (block == &tensor->Inline)
        {
            Volatile.Write(ref tensor->IsInlineLent, 0);
        }
        else
        {
            NativeMemory.Free(block);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DLManagedTensorVersioned* TakeBlock(PyTensor* tensor)
    {
        _lent++;
        if (Volatile.Read(ref tensor->IsInlineLent) == 0)
        {
            tensor->IsInlineLent = 1;
            return &tensor->Inline;
        }

        return (DLManagedTensorVersioned*)NativeMemory.Alloc((nuint)sizeof(DLManagedTensorVersioned));
    }

    // A consumer that is told of a copy may treat it as its own, so only the first one is told.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static DLPackFlags FlagsToLend(PyTensor* tensor)
    {
        DLPackFlags flags = tensor->Flags;
        tensor->Flags = flags & ~DLPackFlags.IsCopied;
        return flags;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDelete(DLManagedTensorVersioned* tensor)
    {
        if (!ForkedChild.IsHere && tensor is not null)
        {
            Return(tensor, (PyTensor*)tensor->manager_ctx);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDeleteLegacy(DLManagedTensor* tensor)
    {
        if (!ForkedChild.IsHere && tensor is not null)
        {
            Return(tensor, (PyTensor*)tensor->manager_ctx);
        }
    }
}
