using System.Buffers;
using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance;

namespace DlPackNet;

/// <summary>Keeps a <see cref="ReadOnlyMemory2D{T}"/> over an array in place while it is seen.</summary>
internal sealed unsafe class ArrayOwner<T>(ReadOnlyMemory2D<T> memory) : DlPackMemoryOwner
    where T : unmanaged
{
    protected override nint Pin(out MemoryHandle handle)
    {
        handle = memory.Pin();
        return (nint)Unsafe.AsPointer(ref memory.Span.DangerousGetReference());
    }
}
