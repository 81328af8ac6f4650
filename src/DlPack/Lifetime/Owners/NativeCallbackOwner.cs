namespace DlPackNet.Lifetime;

/// <summary>Releases by a native function.</summary>
internal sealed unsafe class NativeCallbackOwner : DlPackOwner
{
    private readonly delegate* unmanaged[Cdecl]<void*, void> _release;
    private readonly void* _context;

    public NativeCallbackOwner(delegate* unmanaged[Cdecl]<void*, void> release, void* context)
    {
        _release = release;
        _context = context;
    }

    protected override void Release() => _release(_context);
}
