using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace DlPackNet.Tests.Lifetime;

/// <summary>An owner of an array that notes each call that breaks the order: pin, unpin, …, release once.</summary>
internal sealed class StrictPinnableOwner(float[] array, bool hasRelease = true) : DlPackPinnableOwner(hasRelease)
{
    private readonly ConcurrentQueue<string> _mistakes = new();
    private GCHandle _pin;
    private int _pins;
    private int _releases;

    /// <summary>What was called at the wrong time.</summary>
    public IReadOnlyCollection<string> Mistakes => _mistakes;

    /// <summary>How often it has been released.</summary>
    public int Releases => Volatile.Read(ref _releases);

    /// <summary>Whether the array is pinned now.</summary>
    public bool IsPinned => Volatile.Read(ref _pins) != 0;

    protected override nint Pin()
    {
        Note(Releases != 0, "pinned after the release");
        Note(Interlocked.Increment(ref _pins) != 1, "pinned twice");
        _pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        return _pin.AddrOfPinnedObject();
    }

    protected override void Unpin()
    {
        Note(Releases != 0, "unpinned after the release");
        Note(Interlocked.Decrement(ref _pins) != 0, "unpinned without a pin");
        _pin.Free();
    }

    protected override void Release()
    {
        Note(IsPinned, "released while pinned");
        Note(Interlocked.Increment(ref _releases) != 1, "released twice");
    }

    private void Note(bool isMistake, string mistake)
    {
        if (isMistake)
        {
            _mistakes.Enqueue(mistake);
        }
    }
}
