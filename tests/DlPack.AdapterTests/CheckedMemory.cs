using System.Buffers;
using System.Runtime.InteropServices;

namespace DlPackNet.AdapterTests;

/// <summary>Memory of a user's own, which counts its pins and notices who pins or unpins while another does.</summary>
internal sealed class CheckedMemory(int length) : MemoryManager<int>
{
    private readonly int[] _items = GC.AllocateArray<int>(length, pinned: true);
    private int _pins;
    private int _inside;
    private int _overlaps;

    /// <summary>Whether it shows the array behind it.</summary>
    public bool ShowsArray { get; init; }

    /// <summary>Whether it has no span while it is pinned.</summary>
    public bool FailsWhenPinned { get; set; }

    /// <summary>The pins that are not undone.</summary>
    public int Pins => Volatile.Read(ref _pins);

    /// <summary>How often two came at once.</summary>
    public int Overlaps => Volatile.Read(ref _overlaps);

    /// <inheritdoc/>
    public override Span<int> GetSpan() => FailsWhenPinned && Pins != 0 ? throw new NotSupportedException() : _items;

    /// <inheritdoc/>
    public override unsafe MemoryHandle Pin(int elementIndex = 0)
    {
        Change(1);
        return new MemoryHandle((void*)Marshal.UnsafeAddrOfPinnedArrayElement(_items, elementIndex), pinnable: this);
    }

    /// <inheritdoc/>
    public override void Unpin() => Change(-1);

    /// <inheritdoc/>
    protected override bool TryGetArray(out ArraySegment<int> segment)
    {
        segment = _items;
        return ShowsArray;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    private void Change(int by)
    {
        if (Interlocked.Increment(ref _inside) != 1)
        {
            Interlocked.Increment(ref _overlaps);
        }

        Thread.Yield();
        Interlocked.Add(ref _pins, by);
        Interlocked.Decrement(ref _inside);
    }
}
