using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>Keeps memory that is known by its address until its stream is done with it.</summary>
/// <param name="context">That of the stream, or of the memory if there is none.</param>
/// <param name="stream">The stream in DLPack's numbering.</param>
/// <param name="streamDevice">The stream's GPU, if the memory's number does not tell.</param>
/// <param name="release">Gives it back.</param>
internal sealed class CudaPointerOwner(PrimaryContext context, long? stream, DLDevice? streamDevice, Action? release)
    : DlPackOwner
{
    /// <inheritdoc/>
    protected override DLDevice? StreamDevice => streamDevice;

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
