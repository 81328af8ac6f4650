using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>What a consumer learns of a tensor besides its address, shape and strides.</summary>
/// <remarks>
/// 24 bytes, since structs from 32 bytes on are copied by wide registers, and until these are reset, what the runtime
/// then does in legacy SSE code, such as making an object with a finalizer, can take three times as long.
/// </remarks>
internal readonly record struct TensorHeader
{
    // Flags from the 16th on, which DLPack does not have, are not passed on.
    private readonly ushort _flags;
    private readonly ushort _ndim;

    public TensorHeader(DLDataType dtype, DLDevice device, DLPackFlags flags, int ndim, ulong byteOffset)
    {
        DType = dtype;
        Device = device;
        Flags = flags;
        NDim = ndim;
        ByteOffset = byteOffset;
    }

    public DLDataType DType { get; init; }

    public DLDevice Device { get; }

    public DLPackFlags Flags
    {
        get => (DLPackFlags)_flags;
        init => _flags = (ushort)value;
    }

    public int NDim
    {
        get => _ndim;
        init => _ndim = (ushort)value;
    }

    public ulong ByteOffset { get; init; }
}
