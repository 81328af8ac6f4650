namespace DlPackNet.Python.Tests;

/// <summary>Keeps nothing, of which the content depends on a stream.</summary>
internal sealed class StreamOwner(long stream) : DlPackOwner
{
    protected override long? ProducerStream => stream;

    protected override void Release()
    {
    }
}
