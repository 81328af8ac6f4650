using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>A tensor's memory, kept alive and in place for a few lines of code.</summary>
internal readonly ref struct TensorAccess
{
    private readonly DlPackOwner? _owner;
    private readonly GCHandle _pin;

    public TensorAccess(object keeper, nint address)
    {
        if (keeper is DlPackOwner owner)
        {
            _owner = owner;
            Address = owner.Borrow() + address;
        }
        else
        {
            _pin = GCHandle.Alloc(keeper, GCHandleType.Pinned);
            Address = _pin.AddrOfPinnedObject() + address;
        }
    }

    /// <summary>The first element.</summary>
    public nint Address { get; }

    /// <summary>Lets go.</summary>
    public void Dispose()
    {
        if (_owner is not null)
        {
            _owner.Return();
        }
        else
        {
            _pin.Free();
        }
    }
}
