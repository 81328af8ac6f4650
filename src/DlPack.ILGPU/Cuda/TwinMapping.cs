using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Main memory that is there at two addresses.</summary>
/// <param name="First">The first byte, at the start of a page.</param>
/// <param name="Second">The same byte at the other address.</param>
/// <param name="ByteCount">How much there is at each.</param>
internal readonly partial record struct TwinMapping(nint First, nint Second, long ByteCount)
{
    private const uint CloseOnExec = 1;
    private const int Interrupted = 4;
    private const int ReadAndWrite = 3;
    private const int SharedAndThereAtOnce = 1 | 0x8000;

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
        _ = close(file);
        return found;
    }

    /// <summary>Gives the memory back.</summary>
    public void Unmap()
    {
        _ = munmap(First, (nuint)ByteCount);
        _ = munmap(Second, (nuint)ByteCount);
    }

    private static int Create()
    {
        try
        {
            return memfd_create("dlpack", CloseOnExec);
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
            result = fallocate(file, 0, 0, bytes);
        }
        while (result != 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result == 0;
    }

    private static TwinMapping? Map(int file, long bytes)
    {
        nint first = mmap(0, (nuint)bytes, ReadAndWrite, SharedAndThereAtOnce, file, 0);
        nint second = mmap(0, (nuint)bytes, ReadAndWrite, SharedAndThereAtOnce, file, 0);
        if (first != -1 && second != -1)
        {
            return new TwinMapping(first, second, bytes);
        }

        foreach (nint mapped in (ReadOnlySpan<nint>)[first, second])
        {
            _ = mapped == -1 ? 0 : munmap(mapped, (nuint)bytes);
        }

        return null;
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fallocate(int file, int mode, long offset, long length);

    [LibraryImport("libc")]
    private static partial int close(int file);

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint length);
}
