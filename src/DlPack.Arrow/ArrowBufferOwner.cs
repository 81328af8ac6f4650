using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace DlPackNet;

/// <summary>
/// A share of an Arrow buffer over memory of .NET's or of whomever, which is kept in place while it is seen.
/// </summary>
internal sealed unsafe class ArrowBufferOwner(ArrowBuffer buffer) : DlPackPinnableOwner, IDisposable
{
    // An array that is disposed gives its own share back only.
    private readonly ArrowBuffer _share = buffer.Retain();
    private MemoryHandle _handle;

    // Where everything is forgotten at once, the share's own finalizer must not come first: what it disposes may throw
    // over a pin.
    private GCHandle _root;

    /// <summary>Gives the share back where nobody took this owner over.</summary>
    public void Dispose() => _share.Dispose();

    protected override nint Pin()
    {
        _handle = ArrowMemory.Pin(_share.Memory);
        _root = GCHandle.Alloc(this);
        return (nint)_handle.Pointer;
    }

    protected override void Unpin()
    {
        _root.Free();
        _handle.Dispose();
    }

    protected override void Release() => _share.Dispose();
}
