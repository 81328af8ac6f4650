namespace DlPackNet.Lifetime;

/// <summary>Stands for memory that somebody else keeps valid, as the caller promised.</summary>
internal sealed class BorrowedOwner : DlPackOwner
{
    protected override void Release()
    {
    }
}
