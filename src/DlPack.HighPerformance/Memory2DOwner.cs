using System.Buffers;
using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance;

namespace DlPackNet;

/// <summary>Keeps a <see cref="ReadOnlyMemory2D{T}"/> in place while it is seen.</summary>
internal sealed unsafe class Memory2DOwner<T>(ReadOnlyMemory2D<T> memory) : DlPackMemoryOwner
    where T : unmanaged
{
    /// <summary>The items from one row to the next, which the type has but does not tell.</summary>
    public static long RowStride(ReadOnlySpan2D<T> span) => span.Height > 1 && span.Width > 0
        ? Unsafe.ByteOffset(ref span.DangerousGetReference(), ref span.DangerousGetReferenceAt(1, 0)) / sizeof(T)
        : span.Width;

    protected override nint Pin(out MemoryHandle handle)
    {
        handle = memory.Pin();

        // Not the handle's pointer: it misses the offset where a MemoryManager is behind the memory.
        return (nint)Unsafe.AsPointer(ref memory.Span.DangerousGetReference());
    }
}
