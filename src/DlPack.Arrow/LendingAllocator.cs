using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;
using Apache.Arrow.Memory;

namespace DlPackNet;

/// <summary>
/// Hands a tensor's memory to Arrow as if it had been allocated for it: Arrow then shares the buffer among arrays,
/// slices and exports, and gives it back when the last is gone.
/// </summary>
/// <remarks>
/// Arrow does so for what an allocator gives it and for what it imports by its C data interface, which costs twice as
/// much (<see cref="LentArray"/>). Each thread has an allocator, with a builder whose one byte is what Arrow asks it to
/// make room for.
/// </remarks>
internal sealed class LendingAllocator : MemoryAllocator
{
    [ThreadStatic]
    private static LendingAllocator? _current;

    [ThreadStatic]
    private static LentBytes? _next;

    private readonly ArrowBuffer.Builder<byte> _builder = new ArrowBuffer.Builder<byte>(1).Append(0);

    private LendingAllocator()
    {
    }

    /// <summary>
    /// Whether Arrow keeps to what <see cref="LentBytes.Memory"/> relies on. Tests switch it off to go by
    /// <see cref="LentArray"/>.
    /// </summary>
    public static bool IsAvailable { get; set; } = Try();

    /// <summary>A buffer over a tensor, with a reference of its own to the memory.</summary>
    /// <param name="tensor">Elements in main memory, without gaps, at most 2 GiB of them.</param>
    public static ArrowBuffer Lend(DlPackObject tensor) =>
        tensor.Length == 0 ? ArrowBuffer.Empty : Build(tensor.AsDlPack(), (int)tensor.ByteLength);

    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = 0;
        return _next!;
    }

    private static ArrowBuffer Build(DlPackObject tensor, int length)
    {
        LendingAllocator allocator = _current ??= new LendingAllocator();
        try
        {
            _next = new LentBytes(tensor, length);
            return allocator._builder.Build(allocator);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
        finally
        {
            _next = null;
        }
    }

    private static bool Try()
    {
        using DlPackObject tensor = DlPack.Allocate<byte>([1]);
        try
        {
            ArrowBuffer buffer = Lend(tensor);
            ArrowBuffer share = buffer.Retain();
            buffer.Dispose();
            bool isKept = MemoryMarshal.TryGetMemoryManager(share.Memory, out LentBytes? bytes, out _, out int length)
                && length == 1
                && !bytes.IsReleased;
            share.Dispose();
            return isKept && bytes!.IsReleased;
        }
        catch
        {
            // Whatever has changed in Arrow, there is the other way.
            return false;
        }
    }
}
