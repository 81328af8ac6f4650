using System.Buffers;
using System.Runtime.CompilerServices;

namespace DlPackNet.Tests.Facade;

/// <summary>Memory that is no plain array to the library, and whose pins and disposals are counted.</summary>
/// <param name="length">The number of elements.</param>
internal sealed unsafe class CountingManager<T>(int length) : MemoryManager<T>
    where T : unmanaged
{
    private readonly T[] _memory = GC.AllocateArray<T>(length, pinned: true);

    /// <summary>The pins that have not been undone.</summary>
    public int Pins { get; private set; }

    /// <summary>How often it has been disposed.</summary>
    public int Disposals { get; private set; }

    /// <inheritdoc/>
    public override Span<T> GetSpan() => _memory;

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        Pins++;
        return new MemoryHandle(Unsafe.AsPointer(ref _memory[elementIndex]), default, this);
    }

    /// <inheritdoc/>
    public override void Unpin() => Pins--;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => Disposals++;
}
