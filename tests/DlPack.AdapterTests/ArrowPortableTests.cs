namespace DlPackNet.AdapterTests;

/// <summary>The suite with native memory that comes in by Arrow's C data interface.</summary>
public sealed class ArrowPortableTests : ArrowTests
{
    public ArrowPortableTests()
    {
        LendingAllocator.IsAvailable = false;
        AtEnd(() => LendingAllocator.IsAvailable = true);
    }
}
