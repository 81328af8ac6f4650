namespace DlPackNet.Lifetime;

/// <summary>The finalizer of an object or a capsule, apart from it, so that it can be used again.</summary>
/// <remarks>
/// To make an object with a finalizer, and to call that off, costs more than to lend an array. So objects and capsules
/// have none: each has a guard that nothing else refers to. If one is forgotten, so is the other, and the guard is
/// finalized. A thread that disposes what it makes keeps some guards for what it makes next, in its
/// <see cref="PerThread"/>.
/// </remarks>
internal sealed class FinalizerGuard
{
    // Null if it serves only once, which is cheaper to make.
    private readonly WeakReference<FinalizerGuard>? _self;
    private IGuarded? _guarded;

    public FinalizerGuard(bool reusable) =>
        _self = reusable ? new WeakReference<FinalizerGuard>(this) : null;

    ~FinalizerGuard() => _guarded?.ReleaseForgotten();

    /// <summary>
    /// Whether it is as young as what is being made: what is forgotten is found by the collection that finds its guard.
    /// </summary>
    public bool IsYoung => GC.GetGeneration(this) == 0;

    /// <summary>
    /// Whether it can serve again. Once a collection has found it forgotten it cannot, though what it guards may still
    /// be disposed by a finalizer of the user's own: its finalizer is about to run, whatever it guards by then. That it
    /// is young does not rule this out: not every collection moves what it finds on.
    /// </summary>
    public bool IsReusable => _self is not null && _self.TryGetTarget(out _);

    /// <summary>Has <paramref name="guarded"/>, which must refer to this, released if it is forgotten.</summary>
    public void Watch(IGuarded guarded) => _guarded = guarded;

    /// <summary>Lets go of what has been released.</summary>
    public void Unwatch() => _guarded = null;
}
