using System.Buffers;

namespace DlPackNet.Lifetime;

/// <summary>Memory over a tensor that is not one plain array; it has a reference to the tensor's memory.</summary>
internal sealed unsafe class TensorMemory<T>(DlPackObject tensor) : MemoryManager<T>
    where T : unmanaged
{
    public override Span<T> GetSpan() => tensor.GetSpan<T>();

    public override MemoryHandle Pin(int elementIndex = 0)
    {
        int length = GetSpan().Length;
        if ((uint)elementIndex > (uint)length)
        {
            throw new ArgumentOutOfRangeException(
                nameof(elementIndex), elementIndex, $"The memory has {length} elements.");
        }

        // The tensor stays in place once its address is known, and the handle keeps this alive and thereby the tensor.
        return new MemoryHandle((T*)tensor.Data + elementIndex, pinnable: this);
    }

    public override void Unpin()
    {
    }

    // Called by Dispose only: a MemoryManager has no finalizer, and needs none, since the tensor has one.
    protected override void Dispose(bool disposing) => tensor.Dispose();
}
