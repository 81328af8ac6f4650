using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>What a consumer learns of a tensor besides its address, shape and strides.</summary>
internal readonly record struct TensorHeader(
    DLDataType DType, DLDevice Device, DLPackFlags Flags, int NDim, ulong ByteOffset);
