namespace DlPackNet.AdapterTests;

/// <summary>Memory that a stream still works on.</summary>
internal sealed class BusyOwner : DlPackOwner
{
    /// <summary>The stream.</summary>
    public const long Stream = 7;

    /// <inheritdoc/>
    protected override long? ProducerStream => Stream;

    /// <inheritdoc/>
    protected override void Release()
    {
    }
}
