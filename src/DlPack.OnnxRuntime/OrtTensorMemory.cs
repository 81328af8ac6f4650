using System.Buffers;

namespace DlPackNet;

/// <summary>
/// A tensor in the form of memory that can be pinned. An <c>OrtValue</c> over it keeps it pinned as long as it lives:
/// that is how it holds the tensor, and how we hear that it is disposed.
/// </summary>
internal sealed unsafe class OrtTensorMemory<T> : MemoryManager<T>
    where T : unmanaged
{
    private readonly DlPackObject _tensor;
    private readonly int _length;

    /// <summary>Memory over a tensor, which it takes over once it is pinned.</summary>
    public OrtTensorMemory(DlPackObject tensor)
    {
        // ONNX Runtime multiplies the length by the element size in 32 bits and wants to see no less than the tensor
        // has. The largest length passes that check also where the product overflows; nobody reads through this memory.
        _length = tensor.ByteLength <= int.MaxValue ? (int)tensor.Length : int.MaxValue;
        _tensor = tensor;
    }

    /// <inheritdoc/>
    public override Memory<T> Memory => CreateMemory(_length);

    /// <inheritdoc/>
    public override Span<T> GetSpan() => new((void*)_tensor.Data, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new((void*)_tensor.Data, default, this);

    /// <inheritdoc/>
    public override void Unpin() => _tensor.Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _tensor.Dispose();
}
