using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>Memory from the C library.</summary>
internal static unsafe class NativeMemoryBlock
{
    /// <summary>Allocates bytes.</summary>
    /// <exception cref="OutOfMemoryException">There are not so many.</exception>
    public static void* Allocate(long byteCount, bool zeroed) => zeroed
        ? NativeMemory.AllocZeroed(checked((nuint)byteCount))
        : NativeMemory.Alloc(checked((nuint)byteCount));

    /// <summary>Frees what was allocated.</summary>
    public static void Free(void* memory) => NativeMemory.Free(memory);
}
