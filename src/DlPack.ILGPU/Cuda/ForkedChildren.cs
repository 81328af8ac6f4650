namespace DlPackNet;

/// <summary>Tells whether a child that was forked since some moment may still run in this program's memory.</summary>
/// <remarks>
/// A child inherits a mapping of an open file of ours, and keeps it until it ends or becomes another program, even if
/// it closes all files. The file is locked, and as long as anybody has it so, another look at it finds the lock. Linux
/// only.
/// </remarks>
internal static class ForkedChildren
{
    private static readonly object _gate = new();
    private static int _file = -1;
    private static nint _page;
    private static int _moment;

    /// <summary>Whether the system lets us look; it is false from the first time on that it does not.</summary>
    public static bool CanBeSeen { get; private set; } = true;

    /// <summary>Now, to be given to <see cref="NoneSince"/>.</summary>
    public static int Now()
    {
        lock (_gate)
        {
            if (_file == -1)
            {
                Watch(LibC.memfd_create("dlpack-forks", LibC.CloseNewOnExec));
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

            // A second look at the same file has no lock of ours once the first is closed and unmapped here.
            int again = LibC.open($"/proc/self/fd/{_file}", LibC.ReadAndWrite | LibC.CloseOnExec);
            _ = LibC.munmap(_page, (nuint)Environment.SystemPageSize);
            _ = LibC.close(_file);
            _file = -1;
            if (again == -1)
            {
                CanBeSeen = false;
                return false;
            }

            if (Watch(again))
            {
                return true;
            }

            _moment++;
            return false;
        }
    }

    private static bool Watch(int file)
    {
        nint page = LibC.mmap(0, (nuint)Environment.SystemPageSize, LibC.MayRead, LibC.Shared, file, 0);
        if (page == -1)
        {
            CanBeSeen = false;
        }
        else if (LibC.flock(file, LibC.ExclusiveOrNothing) == 0)
        {
            (_file, _page) = (file, page);
            return true;
        }
        else
        {
            _ = LibC.munmap(page, (nuint)Environment.SystemPageSize);
        }

        _ = LibC.close(file);
        return false;
    }
}
