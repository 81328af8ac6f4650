using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>The functions of the C library that memory and children need: on Linux, but for the first.</summary>
internal static partial class LibC
{
    public const uint CloseNewOnExec = 1;
    public const int CloseOnExec = 0x80000;
    public const int ReadAndWrite = 2;
    public const int ExclusiveOrNothing = 2 | 4;

    public const int MayRead = 1;
    public const int MayWrite = 2;
    public const int Shared = 1;
    public const int ThereAtOnce = 0x8000;

    public const int Interrupted = 4;

    [LibraryImport("libc")]
    public static partial int getpid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", SetLastError = true)]
    public static partial int fallocate(int file, int mode, long offset, long length);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags);

    [LibraryImport("libc")]
    public static partial int flock(int file, int operation);

    [LibraryImport("libc")]
    public static partial int close(int file);

    [LibraryImport("libc")]
    public static partial nint mmap(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc")]
    public static partial int munmap(nint address, nuint length);
}
