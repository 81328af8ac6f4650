using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Tells whether a child that was forked since some moment may still run in this program's memory.</summary>
/// <remarks>
/// A child inherits an open file of ours and keeps it until it ends or becomes another program. The file is locked, and
/// as long as anybody has it open, another look at it finds the lock. Linux only.
/// </remarks>
internal static partial class ForkedChildren
{
    private const int ExclusiveOrNothing = 2 | 4;
    private const int ReadAndWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const uint CloseNewOnExec = 1;

    private static readonly object _gate = new();
    private static int _file = -1;
    private static int _moment;

    /// <summary>Now, to be given to <see cref="NoneSince"/>.</summary>
    public static int Now()
    {
        lock (_gate)
        {
            if (_file == -1)
            {
                _file = memfd_create("dlpack-forks", CloseNewOnExec);
                _ = flock(_file, ExclusiveOrNothing);
            }

            return _moment;
        }
    }

    /// <summary>
    /// Whether certainly no child runs that was forked since then. Where one is found, or looking fails, that holds for
    /// all moments up to now, also once it has ended.
    /// </summary>
    public static bool NoneSince(int moment)
    {
        lock (_gate)
        {
            if (moment != _moment || _file == -1)
            {
                return false;
            }

            // A second look at the same file has no lock of ours once the first is closed here.
            int again = open($"/proc/self/fd/{_file}", ReadAndWrite | CloseOnExec);
            _ = close(_file);
            if (again != -1 && flock(again, ExclusiveOrNothing) == 0)
            {
                _file = again;
                return true;
            }

            _ = again == -1 ? 0 : close(again);
            _file = -1;
            _moment++;
            return false;
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int memfd_create(string name, uint flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc")]
    private static partial int flock(int file, int operation);

    [LibraryImport("libc")]
    private static partial int close(int file);
}
