using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>
/// An owner of memory that can move, such as a managed buffer: it is kept in place while somebody outside can see
/// it, and not before.
/// </summary>
/// <remarks>
/// An object over such an owner gives its address relative to what <see cref="Pin"/> returns. <see cref="Pin"/> and
/// <see cref="Unpin"/> come in pairs, never nested and never at the same time from two threads. They must not lend the
/// memory, nor wait for a thread that does: whoever wants it waits until they return.
/// </remarks>
public abstract class DlPackPinnableOwner : DlPackOwner
{
    // While the first borrower pins, or the last one lets go: what others wait for.
    private const int Changing = -1;

    // Not a lock, which would be most of what lending costs.
    private int _pins;
    private nint _address;

    /// <summary>An owner whose <see cref="DlPackOwner.Release"/> is called once.</summary>
    protected DlPackPinnableOwner()
    {
    }

    /// <summary>An owner of memory that the garbage collector may free by itself.</summary>
    /// <param name="hasRelease">
    /// Whether <see cref="DlPackOwner.Release"/> does something. If not it is never called, which makes lending quicker
    /// since nobody counts references, and the owner serves any number of <c>AsDlPack</c> calls.
    /// </param>
    protected DlPackPinnableOwner(bool hasRelease)
        : base(hasRelease)
    {
    }

    /// <summary>Keeps the memory in place.</summary>
    /// <returns>Its address, to which a tensor's own address is relative.</returns>
    protected abstract nint Pin();

    /// <summary>Lets the memory move again.</summary>
    protected abstract void Unpin();

    /// <summary>Does nothing, unless overridden.</summary>
    protected override void Release()
    {
    }

    internal sealed override nint AcquirePin()
    {
        int before = ChangePins(added: 1);
        return before == 0 ? PinFirst() : _address;
    }

    internal sealed override void ReleasePin()
    {
        if (ChangePins(added: -1) == 1)
        {
            UnpinLast();
        }
    }

    /// <summary>
    /// Counts a borrower. From or to none, the count is <see cref="Changing"/> until the caller is done.
    /// </summary>
    /// <returns>How many there were.</returns>
    private int ChangePins(int added)
    {
        var wait = default(SpinWait);
        while (true)
        {
            int before = Volatile.Read(ref _pins);
            int after = before == 0 || before + added == 0 ? Changing : before + added;
            if (before == Changing)
            {
                wait.SpinOnce();
            }
            else if (Interlocked.CompareExchange(ref _pins, after, before) == before)
            {
                return before;
            }
        }
    }

    private nint PinFirst()
    {
        int pins = 0;
        try
        {
            LiveCounters counters = PerThread.Current.Counters;
            _address = Pin();
            counters.Pins++;
            pins = 1;
            return _address;
        }
        finally
        {
            Volatile.Write(ref _pins, pins);
        }
    }

    private void UnpinLast()
    {
        Exception? failure = null;
        try
        {
            PerThread.Current.Counters.Pins--;
            Unpin();
        }
        catch (Exception e)
        {
            failure = e;
        }

        Volatile.Write(ref _pins, 0);
        if (failure is not null)
        {
            // Only now: a handler may use the tensor, or wait for who does.
            DlPackDiagnostics.ReportReleaseFailure(failure);
        }
    }
}
