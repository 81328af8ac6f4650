using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>
/// The native block behind every export: the struct that the consumer sees, what keeps the memory alive, and shape
/// and strides, in one allocation. The consumer's struct comes first, so that both have the same address.
/// </summary>
/// <remarks>
/// Every export, whatever its source, is made here: <see cref="Rent"/>, write <see cref="Dims"/>, <see cref="Hold"/>,
/// publish. A block belongs to one consumer. Its GC handles are made once and reused: that is most of what a pooled
/// export is faster by.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TensorBlock
{
    /// <summary>Blocks for up to this many dimensions are pooled.</summary>
    public const int PooledDimensions = 8;

    // What a block is and holds is one number, so that the usual release is told by one comparison.
    private const int HoldsPin = 1;
    private const int HoldsOwner = 2;
    private const int IsTracked = 4;
    private const int IsSingle = 8;
    private const int HoldsMemory = 16;
    private const int Lent = 0x4C454E00;
    private const int LentMask = ~0xFF;

    // The legacy struct, which is smaller, takes the same place.
    private DLManagedTensorVersioned _tensor;

    private TensorBlock* _next;
    private nint _pinHandle;
    private nint _keeperHandle;
    private int _state;

    /// <summary>The next free block while this one is free.</summary>
    public TensorBlock* Next
    {
        readonly get => _next;
        set => _next = value;
    }

    /// <summary>A block with room for so many dimensions; <see cref="Abandon"/> gives it back unused.</summary>
    public static TensorBlock* Rent(PerThread thread, int ndim) =>
        ndim <= PooledDimensions ? thread.TakeBlock() : Allocate(ndim);

    /// <summary>A block from the system.</summary>
    public static TensorBlock* Allocate(int ndim)
    {
        long size = sizeof(TensorBlock) + (2L * ndim * sizeof(long));
        var block = (TensorBlock*)NativeMemoryBlock.Allocate(size, zeroed: false);
        *block = default;
        block->_state = ndim == PooledDimensions ? 0 : IsSingle;
        return block;
    }

    /// <summary>Gives a block that holds nothing back to the system.</summary>
    public static void Free(TensorBlock* block)
    {
        if (block->_pinHandle != 0)
        {
            GCHandle.FromIntPtr(block->_pinHandle).Free();
        }

        if (block->_keeperHandle != 0)
        {
            GCHandle.FromIntPtr(block->_keeperHandle).Free();
        }

        NativeMemoryBlock.Free(block);
    }

    /// <summary>Room for shape and strides of <paramref name="ndim"/> dimensions.</summary>
    public static Span<long> Dims(TensorBlock* block, int ndim) => new(block + 1, 2 * ndim);

    /// <summary>
    /// Makes the block keep the memory alive and in place: an array by pinning it, an owner by one more reference or by
    /// a pin of its own.
    /// </summary>
    /// <returns>The address that the tensor's own address is relative to.</returns>
    /// <exception cref="ObjectDisposedException">The owner has been released.</exception>
    public static nint Hold(TensorBlock* block, object keeper)
    {
        if (keeper is not DlPackOwner owner)
        {
            HoldArray(block, keeper);
            return GCHandle.FromIntPtr(block->_pinHandle).AddrOfPinnedObject();
        }

        if (block->_keeperHandle == 0)
        {
            block->_keeperHandle = GCHandle.ToIntPtr(GCHandle.Alloc(new BlockKeeper()));
        }

        BlockKeeper kept = KeeperOf(block);
        nint address;
        if (owner is DlPackMemoryOwner memory)
        {
            address = kept.Pin(memory);
            block->_state |= HoldsMemory;
        }
        else
        {
            address = owner.Borrow();
            kept.Owner = owner;
            block->_state |= HoldsOwner;
        }

        return address;
    }

    /// <summary>Makes the block keep an array alive and in place.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void HoldArray(TensorBlock* block, object array)
    {
        if (block->_pinHandle == 0)
        {
            block->_pinHandle = GCHandle.ToIntPtr(GCHandle.Alloc(array, GCHandleType.Pinned));
        }
        else
        {
            GCHandle pin = GCHandle.FromIntPtr(block->_pinHandle);
            pin.Target = array;
        }

        block->_state |= HoldsPin;
    }

    /// <summary>Finishes the consumer's struct. Once this returns, the block is the consumer's.</summary>
    /// <param name="block">A block whose <see cref="Dims"/> are written and which holds its memory.</param>
    /// <param name="data">The address for the <c>data</c> field; 0 where there are no elements.</param>
    /// <param name="dtype">The type of the elements.</param>
    /// <param name="device">Where the memory is.</param>
    /// <param name="flags">What a consumer of the versioned struct is told.</param>
    /// <param name="ndim">The number of dimensions.</param>
    /// <param name="byteOffset">The bytes from the address to the first element.</param>
    /// <param name="versioned">Which of the two structs the consumer gets.</param>
    /// <param name="thread">The calling thread's state, which the caller has at hand.</param>
    /// <remarks>
    /// Should it fail, for want of memory to remember the export, it has abandoned the block. What the consumer learns
    /// comes one by one, not as a <see cref="TensorHeader"/>, which the compiler would put together in memory first.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Publish(
        TensorBlock* block,
        nint data,
        DLDataType dtype,
        DLDevice device,
        DLPackFlags flags,
        int ndim,
        ulong byteOffset,
        bool versioned,
        PerThread thread)
    {
        DLTensor* tensor = versioned ? &block->_tensor.dl_tensor : &((DLManagedTensor*)block)->dl_tensor;
        var dims = (long*)(block + 1);
        tensor->data = (void*)data;
        tensor->device.device_type = device.device_type;
        tensor->device.device_id = device.device_id;
        tensor->ndim = ndim;
        tensor->dtype = dtype;
        tensor->shape = ndim == 0 ? null : dims;
        tensor->strides = ndim == 0 ? null : dims + ndim;
        tensor->byte_offset = byteOffset;
        if (versioned)
        {
            block->_tensor.version.major = DLPackVersion.CurrentMajor;
            block->_tensor.version.minor = DLPackVersion.CurrentMinor;
            block->_tensor.manager_ctx = block;
            block->_tensor.flags = flags;
            block->_tensor.deleter = NativeCallbacks.DeleteVersioned;
        }
        else
        {
            ((DLManagedTensor*)block)->manager_ctx = block;
            ((DLManagedTensor*)block)->deleter = NativeCallbacks.DeleteLegacy;
        }

        if (ExportTracker.IsOn)
        {
            Track(block, tensor, thread);
        }

        int state = block->_state |= Lent;
        thread.Counters.Blocks++;
        thread.Counters.Pins += PinsOf(state);
    }

    /// <summary>
    /// What every deleter does: lets go of the memory and recycles the block. Called once, on any thread.
    /// </summary>
    /// <exception cref="InvalidOperationException">The block is not lent: its deleter ran before.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Release(TensorBlock* block)
    {
        if (block->_state != (Lent | HoldsPin))
        {
            ReleaseUnusual(block);
            return;
        }

        // A pooled block that lends an array: what LetGo does for it.
        block->_state = 0;
        PerThread thread = PerThread.Current;
        thread.Counters.Blocks--;
        thread.Counters.Pins--;
        Unpin(block);
        thread.GiveBlock(block);
    }

    /// <summary>
    /// Undoes <see cref="Rent"/> and <see cref="Hold"/> where an export fails before it is published.
    /// </summary>
    public static void Abandon(TensorBlock* block, PerThread thread)
    {
        int state = block->_state;
        block->_state = state & IsSingle;
        LetGo(block, state, thread);
    }

    private static void Track(TensorBlock* block, DLTensor* tensor, PerThread thread)
    {
        try
        {
            ExportTracker.Remember((nint)block, tensor);
            block->_state |= IsTracked;
        }
        catch
        {
            Abandon(block, thread);
            throw;
        }
    }

    private static void ReleaseUnusual(TensorBlock* block)
    {
        int state = block->_state;
        if ((state & LentMask) != Lent)
        {
            throw ReleasedTwice();
        }

        block->_state = state & IsSingle;
        PerThread thread = PerThread.Current;
        thread.Counters.Blocks--;
        thread.Counters.Pins -= PinsOf(state);
        LetGo(block, state, thread);
    }

    private static void LetGo(TensorBlock* block, int state, PerThread thread)
    {
        if ((state & IsTracked) != 0)
        {
            ExportTracker.Forget((nint)block);
        }

        if ((state & HoldsPin) != 0)
        {
            Unpin(block);
        }

        if ((state & HoldsMemory) != 0)
        {
            KeeperOf(block).Unpin();
        }

        DlPackOwner? owner = (state & HoldsOwner) != 0 ? TakeOwner(block) : null;
        if ((state & IsSingle) == 0)
        {
            thread.GiveBlock(block);
        }
        else
        {
            Free(block);
        }

        // Last, since it may run foreign code.
        owner?.Return();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Unpin(TensorBlock* block)
    {
        GCHandle pin = GCHandle.FromIntPtr(block->_pinHandle);
        pin.Target = null;
    }

    private static DlPackOwner? TakeOwner(TensorBlock* block)
    {
        BlockKeeper kept = KeeperOf(block);
        DlPackOwner? owner = kept.Owner;
        kept.Owner = null;
        return owner;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static BlockKeeper KeeperOf(TensorBlock* block) =>
        Unsafe.As<BlockKeeper>(GCHandle.FromIntPtr(block->_keeperHandle).Target!);

    // Of the blocks that count one for themselves: an owner counts its own.
    private static int PinsOf(int state) => (state & (HoldsPin | HoldsMemory)) != 0 ? 1 : 0;

    private static InvalidOperationException ReleasedTwice() => new(
        "A consumer called the deleter of a tensor that had been released already. Each tensor's deleter must run "
        + "exactly once: look for a consumer that calls it after it gave the tensor away.");
}
