namespace DlPackNet.Interop;

/// <summary>The <c>flags</c> of a versioned tensor (C: <c>DLPACK_FLAG_BITMASK_*</c>, 8 bytes).</summary>
[Flags]
public enum DLPackFlags : ulong
{
    /// <summary>Nothing special.</summary>
    None = 0,

    /// <summary>The consumer must not write (<c>DLPACK_FLAG_BITMASK_READ_ONLY</c>).</summary>
    ReadOnly = 1,

    /// <summary>The producer made a copy for this exchange (<c>DLPACK_FLAG_BITMASK_IS_COPIED</c>).</summary>
    IsCopied = 2,

    /// <summary>
    /// Elements narrower than a byte take a whole byte each instead of being packed
    /// (<c>DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED</c>).
    /// </summary>
    IsSubByteTypePadded = 4,
}
