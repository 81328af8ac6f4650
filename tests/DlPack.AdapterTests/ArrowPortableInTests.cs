using DlPackNet.Tests;

namespace DlPackNet.AdapterTests;

/// <summary>Arrow arrays over tensors, native memory by Arrow's C data interface.</summary>
public sealed class ArrowPortableInTests : ArrowInTests
{
    public ArrowPortableInTests()
    {
        LendingAllocator.IsAvailable = false;
        AtEnd(() => LendingAllocator.IsAvailable = true);
    }

    private protected override LiveCounts WhileHeld => new(Objects: 1, Blocks: 1, Allocations: 1);
}
