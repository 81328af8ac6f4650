using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>
/// Tells a child that was forked from this process, and runs no program of its own, from the process: where code is
/// compiled as the program runs, such a child must not compile any, since it would write to its parent's.
/// </summary>
/// <remarks>A byte is asked that Linux wipes in children, so that a deleter costs no system call.</remarks>
internal static unsafe partial class ForkedChild
{
    private const int MayReadAndWrite = 3;
    private const int PrivateAndAnonymous = 0x22;
    private const int WipeOnFork = 18;

    // Null where the system has no such bytes, though it needs them.
    private static readonly byte* _mark = Mark();
    private static readonly int _process = _mark == null ? getpid() : 0;

    /// <summary>Whether this is one, and must do nothing.</summary>
    public static bool IsHere
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _mark != null ? *_mark == 0 : getpid() != _process;
    }

    // The runtime that compiles is told where all assemblies are. (Its feature switches do not say it: they are those
    // of ahead-of-time compilation as soon as a project means to be compiled so.)
    private static bool IsCompiling => AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") is not null;

    // Lives as long as the process.
    private static byte* Mark()
    {
        byte* mark;
        if (OperatingSystem.IsLinux() && IsCompiling)
        {
            nuint size = (nuint)Environment.SystemPageSize;
            nint page = mmap(0, size, MayReadAndWrite, PrivateAndAnonymous, -1, 0);
            if (page == -1 || madvise(page, size, WipeOnFork) != 0)
            {
                return null;
            }

            mark = (byte*)page;
        }
        else
        {
            mark = (byte*)NativeMemory.Alloc(1);
        }

        *mark = 1;
        return mark;
    }

    [LibraryImport("libc")]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc")]
    private static partial int madvise(nint address, nuint length, int advice);

    [LibraryImport("libc")]
    private static partial int getpid();
}
