namespace DlPackNet.Lifetime;

/// <summary>What a <see cref="FinalizerGuard"/> releases if it is forgotten.</summary>
internal interface IGuarded
{
    /// <summary>Releases what the forgotten object holds, on the finalizer thread.</summary>
    void ReleaseForgotten();
}
