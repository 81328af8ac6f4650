using System.Buffers;

namespace DlPackNet;

/// <summary>
/// The bytes of a tensor that is not in a .NET array, as memory for Arrow's buffers. It has a reference of its own to
/// the tensor's memory, which is given back when Arrow disposes it, and if Arrow forgets it, when it is collected.
/// </summary>
internal sealed unsafe class LentBytes : MemoryManager<byte>
{
    private static readonly byte[] _room = new byte[64];

    private readonly DlPackObject _tensor;
    private readonly int _length;
    private nint _address;
    private bool _isFilled;

    /// <summary>Takes a tensor over.</summary>
    /// <param name="tensor">Elements in main memory, at least one, without gaps.</param>
    /// <param name="length">How many bytes they take.</param>
    public LentBytes(DlPackObject tensor, int length)
    {
        _tensor = tensor;
        _length = length;
        _address = tensor.Data;
    }

    /// <summary>Whether it has been given back.</summary>
    public bool IsReleased => _address == 0;

    /// <summary>
    /// The bytes, but for the first who asks: Arrow fills what an allocator gives it before it asks again and keeps it,
    /// and these are not to be written to.
    /// </summary>
    public override Memory<byte> Memory
    {
        get
        {
            if (_isFilled)
            {
                return CreateMemory(_length);
            }

            _isFilled = true;
            return _room;
        }
    }

    public override Span<byte> GetSpan()
    {
        nint address = _address;
        return address == 0 ? throw Disposed() : new Span<byte>((void*)address, _length);
    }

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        if ((uint)elementIndex > (uint)_length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(elementIndex), elementIndex, $"The memory has {_length} bytes.");
        }

        // With one more reference, since the array may be disposed before the handle.
        DlPackObject share = _tensor.AsDlPack();
        return new MemoryHandle((byte*)share.Data + elementIndex, pinnable: new Share(share));
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
        _address = 0;
        _tensor.Dispose();
    }

    private static ObjectDisposedException Disposed() =>
        new(nameof(LentBytes), "The array has been disposed. Read its buffer before that.");

    private sealed class Share(DlPackObject tensor) : IPinnable
    {
        public MemoryHandle Pin(int elementIndex) => new((byte*)tensor.Data + elementIndex, pinnable: this);

        public void Unpin() => tensor.Dispose();
    }
}
