namespace DlPackNet.AdapterTests;

/// <summary>The suite over memory.</summary>
public sealed class MemoryAdapterTests : FlatSuite
{
    /// <inheritdoc/>
    protected override DlPackObject LendFlat<T>(T[] array, long[] shape, long[] strides, long offset) =>
        DlPack.AsDlPack(array.AsMemory(), shape, strides, offset: offset);
}
