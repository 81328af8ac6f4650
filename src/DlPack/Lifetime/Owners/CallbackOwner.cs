namespace DlPackNet.Lifetime;

/// <summary>Releases by a managed callback.</summary>
internal sealed class CallbackOwner(Action release) : DlPackOwner
{
    protected override void Release() => release();
}
