using System.Buffers;
using System.Runtime.InteropServices;
using Apache.Arrow;

namespace DlPackNet;

/// <summary>
/// A share of a buffer over Arrow's native memory, and a pin of the memory for as long as there is the share: in what
/// Arrow's readers read buffers have no shares, and only a pin prevents the memory from being freed with its batch.
/// </summary>
internal sealed unsafe class ArrowNativeOwner : DlPackOwner, IDisposable
{
    private readonly ArrowBuffer _share;
    private MemoryHandle _pin;

    // Where everything is forgotten at once, the share's own finalizer must not come first: it throws over a pin.
    private GCHandle _root;

    public ArrowNativeOwner(ArrowBuffer buffer)
    {
        _share = buffer.Retain();
        try
        {
            _pin = ArrowMemory.Pin(_share.Memory);
            _root = GCHandle.Alloc(this);
        }
        catch
        {
            _pin.Dispose();
            _share.Dispose();
            throw;
        }
    }

    /// <summary>The first byte of the buffer.</summary>
    public nint Address => (nint)_pin.Pointer;

    /// <summary>Gives the share back where nobody took this owner over.</summary>
    public void Dispose() => Release();

    protected override void Release()
    {
        _root.Free();
        _pin.Dispose();
        _share.Dispose();
    }
}
