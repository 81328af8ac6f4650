using System.Runtime.InteropServices;

namespace DlPackNet.Lifetime;

/// <summary>Keeps a handle open.</summary>
internal sealed class SafeHandleOwner(SafeHandle handle) : DlPackOwner
{
    internal override void TakeOver()
    {
        bool added = false;
        handle.DangerousAddRef(ref added);
        try
        {
            base.TakeOver();
        }
        catch
        {
            handle.DangerousRelease();
            throw;
        }
    }

    protected override void Release() => handle.DangerousRelease();
}
