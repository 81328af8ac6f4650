using DlPackNet.Interop;

namespace DlPackNet.Tests.Native;

/// <summary>
/// A tensor to be made by the C producer: elements 0, 1, 2 … in row-major order, in memory from malloc.
/// </summary>
internal sealed record PeerTensor
{
    /// <summary>The extents, in elements.</summary>
    public required long[] Shape { get; init; }

    /// <summary>The strides, in elements; null for row-major ones.</summary>
    public long[]? Strides { get; init; }

    /// <summary>The element type. Complex and vector types come out as zeros.</summary>
    public DLDataType DType { get; init; } = DLDataType.Float32;

    /// <summary>The device that the tensor says it is on; the memory is always the main memory.</summary>
    public DLDevice Device { get; init; } = DLDevice.Cpu;

    /// <summary>The bytes between <c>data</c> and the first element.</summary>
    public ulong ByteOffset { get; init; }

    /// <summary>The flags of a versioned tensor.</summary>
    public DLPackFlags Flags { get; init; }

    /// <summary>The version of a versioned tensor.</summary>
    public DLPackVersion Version { get; init; } = DLPackVersion.Current;

    /// <summary>Sends null strides, as producers before 1.2 may for row-major tensors.</summary>
    public bool SendsNullStrides { get; init; }

    /// <summary>Sends no deleter; the test ends the tensor by <c>NativePeer.Discard</c>.</summary>
    public bool SendsNullDeleter { get; init; }

    /// <summary>Fills all that follows the flags with 0xDD: what a later major version might mean otherwise.</summary>
    public bool PoisonsAfterFlags { get; init; }
}
