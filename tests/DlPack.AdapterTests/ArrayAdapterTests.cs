namespace DlPackNet.AdapterTests;

/// <summary>The suite over arrays.</summary>
public sealed class ArrayAdapterTests : FlatSuite
{
    /// <inheritdoc/>
    protected override DlPackObject LendFlat<T>(T[] array, long[] shape, long[] strides, long offset) =>
        DlPack.AsDlPack(array, shape, strides, offset: offset);
}
