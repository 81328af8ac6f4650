using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>Memory from the system's heap.</summary>
internal static unsafe class NativeMemoryBlock
{
    /// <summary>Allocates bytes.</summary>
    /// <exception cref="OutOfMemoryException">There are not so many.</exception>
    public static void* Allocate(long byteCount, bool zeroed)
    {
        var memory = (byte*)Marshal.AllocHGlobal(checked((nint)byteCount));
        if (zeroed)
        {
            for (long done = 0; done < byteCount; done += int.MaxValue)
            {
                new Span<byte>(memory + done, (int)Math.Min(byteCount - done, int.MaxValue)).Clear();
            }
        }

        return memory;
    }

    /// <summary>Frees what was allocated.</summary>
    public static void Free(void* memory) => Marshal.FreeHGlobal((nint)memory);
}
