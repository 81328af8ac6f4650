namespace DlPackNet.Tests.Native;

/// <summary>What is wrong with a tensor that no consumer may accept; the values are those of peer.h.</summary>
public enum PeerFault
{
    /// <summary>ndim is -1.</summary>
    NegativeNdim,

    /// <summary>ndim is 2^31 - 1.</summary>
    HugeNdim,

    /// <summary>shape is null though ndim is 2.</summary>
    NullShape,

    /// <summary>An extent is -3.</summary>
    NegativeExtent,

    /// <summary>The extents multiply to 2^64 elements.</summary>
    OverflowingExtents,

    /// <summary>2^62 elements of 4 bytes.</summary>
    OverflowingBytes,

    /// <summary>Both strides are 2^63 - 1.</summary>
    OverflowingStrides,

    /// <summary>byte_offset is 2^64 - 1.</summary>
    OverflowingByteOffset,

    /// <summary>dtype.bits is 0.</summary>
    ZeroBits,

    /// <summary>dtype.lanes is 0.</summary>
    ZeroLanes,

    /// <summary>data is null though there are 6 elements.</summary>
    NullData,
}
