namespace DlPackNet.Lifetime;

/// <summary>Owns aligned native memory that this library allocated.</summary>
internal sealed unsafe class AllocationOwner : DlPackOwner
{
    /// <summary>What dlpack.h asks of <c>data</c>, in bytes.</summary>
    public const int Alignment = 256;

    private readonly void* _memory;
    private readonly long _byteCount;

    /// <summary>Allocates bytes; none at all still has an owner.</summary>
    /// <exception cref="OutOfMemoryException">There are not so many.</exception>
    public AllocationOwner(long byteCount, bool zeroed)
    {
        // The address is aligned here and not by the allocator, since only plain calloc gets fresh pages that the
        // system has zeroed already, which for large tensors costs nothing until they are touched.
        // So many bytes that no room for aligning is left are more than the allocator has, and it says so.
        _byteCount = Math.Min(byteCount, long.MaxValue - Alignment) + Alignment - 1;
        _memory = NativeMemoryBlock.Allocate(_byteCount, zeroed);
        Address = ((nint)_memory + Alignment - 1) & -Alignment;
        GC.AddMemoryPressure(_byteCount);
        PerThread.Current.Counters.Allocations++;
    }

    /// <summary>The first aligned byte.</summary>
    public nint Address { get; }

    /// <summary>Frees memory of an owner that no object took over.</summary>
    public void Free()
    {
        NativeMemoryBlock.Free(_memory);
        GC.RemoveMemoryPressure(_byteCount);
        PerThread.Current.Counters.Allocations--;
    }

    protected override void Release() => Free();
}
