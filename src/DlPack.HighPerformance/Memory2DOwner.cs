using System.Buffers;
using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance;

namespace DlPackNet;

/// <summary>Keeps a <see cref="ReadOnlyMemory2D{T}"/> in place while it is seen.</summary>
/// <remarks>
/// No <see cref="DlPackMemoryOwner"/>, though that is quicker to lend: a MemoryManager may be behind the memory, which
/// need not bear that two threads pin it, or one pins it and another one unpins it, at the same time.
/// </remarks>
internal sealed unsafe class Memory2DOwner<T>(ReadOnlyMemory2D<T> memory) : DlPackPinnableOwner(hasRelease: false)
    where T : unmanaged
{
    private MemoryHandle _handle;

    /// <summary>The items from one row to the next, which the type has but does not tell.</summary>
    public static long RowStride(ReadOnlySpan2D<T> span) => span.Height > 1 && span.Width > 0
        ? Unsafe.ByteOffset(ref span.DangerousGetReference(), ref span.DangerousGetReferenceAt(1, 0)) / sizeof(T)
        : span.Width;

    protected override nint Pin()
    {
        _handle = memory.Pin();
        try
        {
            // Not the handle's pointer: it misses the offset where a MemoryManager is behind the memory.
            return (nint)Unsafe.AsPointer(ref memory.Span.DangerousGetReference());
        }
        catch
        {
            // A manager's own code.
            _handle.Dispose();
            throw;
        }
    }

    protected override void Unpin() => _handle.Dispose();
}
