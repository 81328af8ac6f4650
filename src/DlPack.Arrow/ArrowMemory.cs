using System.Buffers;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Keeps memory that Arrow's buffers are over in place, unless it has been freed.</summary>
internal static unsafe class ArrowMemory
{
    // Nothing lies below. What is lower is what Arrow adds to an address that has been set to null.
    private const nuint LowestAddress = 1 << 16;

    /// <summary>Pins memory.</summary>
    /// <returns>What lets it go.</returns>
    /// <exception cref="ObjectDisposedException">It has been freed.</exception>
    public static MemoryHandle Pin(ReadOnlyMemory<byte> memory)
    {
        MemoryHandle handle = memory.Pin();
        if (!memory.IsEmpty
            && MemoryMarshal.TryGetMemoryManager(memory, out MemoryManager<byte>? _, out int start, out _)
            && (nuint)((byte*)handle.Pointer - start) < LowestAddress)
        {
            handle.Dispose();
            throw Disposed();
        }

        return handle;
    }

    /// <summary>What to say where the memory has been freed.</summary>
    public static ObjectDisposedException Disposed(Exception? inner = null) => new(
        "The array has been disposed, or the batch that it was read in. Lend it before that.", inner);
}
