namespace DlPackNet.Lifetime;

/// <summary>Releases by <see cref="IDisposable.Dispose"/>.</summary>
internal sealed class DisposableOwner(IDisposable owner) : DlPackOwner
{
    protected override void Release() => owner.Dispose();
}
