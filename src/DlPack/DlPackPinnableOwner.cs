using DlPackNet.Lifetime;

namespace DlPackNet;

/// <summary>
/// An owner of memory that can move, such as a managed buffer: it is kept in place while somebody outside can see
/// it, and not before.
/// </summary>
/// <remarks>
/// An object over such an owner gives its address relative to what <see cref="Pin"/> returns. <see cref="Pin"/> and
/// <see cref="Unpin"/> come in pairs, never nested and never at the same time from two threads.
/// </remarks>
public abstract class DlPackPinnableOwner : DlPackOwner
{
    private readonly object _gate = new();
    private int _pins;
    private nint _address;

    /// <summary>Keeps the memory in place.</summary>
    /// <returns>Its address, to which a tensor's own address is relative.</returns>
    protected abstract nint Pin();

    /// <summary>Lets the memory move again.</summary>
    protected abstract void Unpin();

    internal sealed override nint AcquirePin()
    {
        lock (_gate)
        {
            if (_pins == 0)
            {
                _address = Pin();
                PerThread.Current.Counters.Pins++;
            }

            _pins++;
            return _address;
        }
    }

    internal sealed override void ReleasePin()
    {
        lock (_gate)
        {
            _pins--;
            if (_pins == 0)
            {
                PerThread.Current.Counters.Pins--;
                try
                {
                    Unpin();
                }
                catch (Exception e)
                {
                    DlPackDiagnostics.ReportReleaseFailure(e);
                }
            }
        }
    }
}
