using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>Spans over arrays of any rank, which the garbage collector follows: nothing is pinned.</summary>
internal static class ArraySpan
{
    /// <summary>A span over checked bytes of an array.</summary>
    public static bool TryCreate<T>(Array array, nint byteOffset, int count, out Span<T> span)
        where T : unmanaged
    {
        ref byte start = ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), byteOffset);
        span = MemoryMarshal.CreateSpan(ref Unsafe.As<byte, T>(ref start), count);
        return true;
    }
}
