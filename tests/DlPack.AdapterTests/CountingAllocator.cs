using System.Buffers;
using Apache.Arrow.Memory;

namespace DlPackNet.AdapterTests;

/// <summary>Gives Arrow memory, and counts how often it is given back.</summary>
internal sealed class CountingAllocator : MemoryAllocator
{
    /// <summary>How often.</summary>
    public int Releases { get; private set; }

    /// <inheritdoc/>
    protected override IMemoryOwner<byte> AllocateInternal(int length, out int bytesAllocated)
    {
        bytesAllocated = length;
        return new Owner(this, new byte[length]);
    }

    private sealed class Owner(CountingAllocator allocator, Memory<byte> memory) : IMemoryOwner<byte>
    {
        public Memory<byte> Memory => memory;

        public void Dispose() => allocator.Releases++;
    }
}
