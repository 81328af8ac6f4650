namespace DlPackNet.Lifetime;

/// <summary>What one thread has made minus what it has released. A thread's own numbers may be negative.</summary>
/// <remarks>
/// Each thread counts for itself, without atomic operations; only the sum over all threads means something. It is
/// exact as soon as the threads that made or released something are done with it.
/// </remarks>
internal sealed class LiveCounters
{
    public long Objects;
    public long Capsules;
    public long Blocks;
    public long Pins;
    public long Allocations;
    public long Imports;

    /// <summary>Adds another thread's numbers.</summary>
    public void Add(LiveCounters other)
    {
        Objects += Volatile.Read(ref other.Objects);
        Capsules += Volatile.Read(ref other.Capsules);
        Blocks += Volatile.Read(ref other.Blocks);
        Pins += Volatile.Read(ref other.Pins);
        Allocations += Volatile.Read(ref other.Allocations);
        Imports += Volatile.Read(ref other.Imports);
    }
}
