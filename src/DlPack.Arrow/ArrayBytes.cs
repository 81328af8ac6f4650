using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// Bytes of a managed array, of whatever element type and rank, as memory for Arrow's buffers. Whoever has the memory
/// keeps the array alive; nothing has to be given back, so that it costs no finalizer and no pin.
/// </summary>
internal sealed unsafe class ArrayBytes(Array array, nint byteOffset, int length) : MemoryManager<byte>
{
    public override Memory<byte> Memory => CreateMemory(length);

    public override Span<byte> GetSpan() => MemoryMarshal.CreateSpan(
        ref Unsafe.AddByteOffset(ref MemoryMarshal.GetArrayDataReference(array), byteOffset), length);

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        if ((uint)elementIndex > (uint)length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(elementIndex), elementIndex, $"The memory has {length} bytes.");
        }

        GCHandle pin = GCHandle.Alloc(array, GCHandleType.Pinned);
        return new MemoryHandle((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(GetSpan())) + elementIndex, pin);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
