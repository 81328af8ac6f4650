using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Main memory that is there at two addresses.</summary>
/// <param name="First">The first byte, at the start of a page.</param>
/// <param name="Second">The same byte at the other address.</param>
/// <param name="ByteCount">How much there is at each.</param>
internal readonly record struct TwinMapping(nint First, nint Second, long ByteCount)
{
    /// <summary>Zeroed memory. A forked child gets the same, and no copy of it.</summary>
    /// <returns>Null where the system has no such memory, or not so much.</returns>
    public static TwinMapping? Map(long bytes)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        int file = Create();
        if (file < 0)
        {
            return null;
        }

        TwinMapping? found = Allocate(file, bytes) ? Map(file, bytes) : null;
        _ = LibC.close(file);
        return found;
    }

    /// <summary>Gives the memory back.</summary>
    public void Unmap()
    {
        _ = LibC.munmap(First, (nuint)ByteCount);
        _ = LibC.munmap(Second, (nuint)ByteCount);
    }

    private static int Create()
    {
        try
        {
            return LibC.memfd_create("dlpack", LibC.CloseNewOnExec);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018.
            return -1;
        }
    }

    // Asked for as a whole: what is missing would be noticed by a crash on first use.
    private static bool Allocate(int file, long bytes)
    {
        int result;
        do
        {
            result = LibC.fallocate(file, 0, 0, bytes);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);
        return result == 0;
    }

    private static TwinMapping? Map(int file, long bytes)
    {
        nint first = MapOnce();
        nint second = MapOnce();
        if (first != -1 && second != -1)
        {
            return new TwinMapping(first, second, bytes);
        }

        foreach (nint mapped in (ReadOnlySpan<nint>)[first, second])
        {
            _ = mapped == -1 ? 0 : LibC.munmap(mapped, (nuint)bytes);
        }

        return null;

        nint MapOnce() => LibC.mmap(
            0, (nuint)bytes, LibC.MayRead | LibC.MayWrite, LibC.Shared | LibC.ThereAtOnce, file, 0);
    }
}
