using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>Tells a child that was forked from this process, and runs no program of its own, from the process.</summary>
/// <remarks>A byte is asked that Linux wipes in children, so that a deleter costs no system call.</remarks>
internal static unsafe partial class ForkedChild
{
    private const int MayReadAndWrite = 3;
    private const int PrivateAndAnonymous = 0x22;
    private const int WipeOnFork = 18;

    private static readonly byte* _mark = Mark();

    /// <summary>Whether this is one; never true where the system has no such bytes.</summary>
    public static bool IsHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => *_mark == 0;
    }

    // Lives as long as the process.
    private static byte* Mark()
    {
        byte* mark = WipedInChildren();
        if (mark == null)
        {
            mark = (byte*)NativeMemory.Alloc(1);
        }

        *mark = 1;
        return mark;
    }

    private static byte* WipedInChildren()
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        nuint size = (nuint)Environment.SystemPageSize;
        nint page = mmap(0, size, MayReadAndWrite, PrivateAndAnonymous, -1, 0);
        if (page == -1)
        {
            return null;
        }

        if (madvise(page, size, WipeOnFork) != 0)
        {
            _ = munmap(page, size);
            return null;
        }

        return (byte*)page;
    }

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport("libc")]
    private static partial int munmap(nint address, nuint length);
}
