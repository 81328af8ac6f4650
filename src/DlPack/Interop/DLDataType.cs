using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>The type of an element: meaning, width, and how many lanes (C: <c>DLDataType</c>, 4 bytes).</summary>
/// <remarks>
/// An element takes <see cref="bits"/> times <see cref="lanes"/> bits. Named values such as <see cref="Float32"/>
/// cover what array libraries use.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public partial struct DLDataType : IEquatable<DLDataType>
{
    /// <summary>Offset 0, <c>uint8_t</c>: what the bits mean.</summary>
    public DLDataTypeCode code;

    /// <summary>Offset 1, <c>uint8_t</c>: the width of one lane in bits; of complex numbers, of both parts.</summary>
    public byte bits;

    /// <summary>Offset 2, <c>uint16_t</c>: 1 for scalars, more for vector types.</summary>
    public ushort lanes;

    /// <summary>Makes an element type.</summary>
    /// <param name="code">What the bits mean.</param>
    /// <param name="bits">The width of one lane in bits.</param>
    /// <param name="lanes">1 for scalars, more for vector types.</param>
    public DLDataType(DLDataTypeCode code, byte bits, ushort lanes = 1)
    {
        this.code = code;
        this.bits = bits;
        this.lanes = lanes;
    }

    /// <summary>The width of one element in bits: <see cref="bits"/> times <see cref="lanes"/>.</summary>
    public readonly int BitsPerElement => bits * lanes;

    /// <summary>
    /// The width of one element in bytes, or 0 where elements do not fill whole bytes (4-bit, 6-bit).
    /// </summary>
    public readonly int BytesPerElement => (BitsPerElement & 7) == 0 ? BitsPerElement >> 3 : 0;

    /// <summary>Whether elements are narrower than a byte or do not fill whole bytes.</summary>
    public readonly bool IsSubByte => (BitsPerElement & 7) != 0;

    /// <summary>Whether both are the same type.</summary>
    public static bool operator ==(DLDataType left, DLDataType right) => left.Equals(right);

    /// <summary>Whether the types differ.</summary>
    public static bool operator !=(DLDataType left, DLDataType right) => !left.Equals(right);

    /// <inheritdoc/>
    public readonly bool Equals(DLDataType other) => code == other.code && bits == other.bits && lanes == other.lanes;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is DLDataType other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => (byte)code | (bits << 8) | (lanes << 16);

    /// <summary>
    /// The name that array libraries use: "float32", "uint8", "bfloat16", "float8_e4m3fn", "float32x4".
    /// </summary>
    public override readonly string ToString()
    {
        string name = code switch
        {
            DLDataTypeCode.kDLInt => FormattableString.Invariant($"int{bits}"),
            DLDataTypeCode.kDLUInt => FormattableString.Invariant($"uint{bits}"),
            DLDataTypeCode.kDLFloat => FormattableString.Invariant($"float{bits}"),
            DLDataTypeCode.kDLOpaqueHandle => FormattableString.Invariant($"handle{bits}"),
            DLDataTypeCode.kDLBfloat => FormattableString.Invariant($"bfloat{bits}"),
            DLDataTypeCode.kDLComplex => FormattableString.Invariant($"complex{bits}"),
            DLDataTypeCode.kDLBool => bits == 8 ? "bool" : FormattableString.Invariant($"bool{bits}"),
            DLDataTypeCode.kDLBcomplex => FormattableString.Invariant($"bcomplex{bits}"),
            <= DLDataTypeCode.kDLFloat4_e2m1fn => code.ToString().Substring(3).ToLowerInvariant(),
            _ => FormattableString.Invariant($"code{(byte)code}_{bits}"),
        };
        return lanes == 1 ? name : FormattableString.Invariant($"{name}x{lanes}");
    }
}
