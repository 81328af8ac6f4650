namespace DlPackNet;

/// <summary>Keeps memory that is known by its address until its stream is done with it.</summary>
internal sealed class CudaPointerOwner(PrimaryContext context, long? stream, Action? release) : DlPackOwner
{
    /// <inheritdoc/>
    protected override long? ProducerStream => stream;

    /// <inheritdoc/>
    protected override void Release()
    {
        if (release is not null)
        {
            Reclaimer.After(context, stream ?? 1, release);
        }
    }
}
