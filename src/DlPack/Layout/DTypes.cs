using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>Which dtypes make sense, and how many bytes their elements take.</summary>
internal static class DTypes
{
    /// <summary>Throws where bits and lanes cannot belong to the code.</summary>
    /// <exception cref="ArgumentException">No such type.</exception>
    public static void Check(DLDataType dtype, string parameter)
    {
        if (!IsPossible(dtype))
        {
            throw new ArgumentException(
                $"No element type has code {(byte)dtype.code} with {dtype.bits} bits and {dtype.lanes} lanes. "
                + "Bits count one lane (of complex numbers both parts) and lanes start at 1: use a named type such as "
                + "DLDataType.Float32.",
                parameter);
        }
    }

    /// <summary>The bytes of <paramref name="count"/> elements.</summary>
    /// <exception cref="OverflowException">More than a 64-bit signed number can say.</exception>
    public static long ByteCount(long count, DLDataType dtype, bool padded)
    {
        if (!dtype.IsSubByte)
        {
            return checked(count * dtype.BytesPerElement);
        }

        return padded ? checked(count * PaddedBytes(dtype)) : checked((count * dtype.BitsPerElement) + 7) >> 3;
    }

    /// <summary>
    /// Throws where a shape counts more bytes than a 64-bit number can, as it may even over a small buffer where
    /// indexes share elements.
    /// </summary>
    /// <exception cref="ArgumentException">Too many bytes.</exception>
    public static void CheckByteCount(long count, ReadOnlySpan<long> shape, DLDataType dtype, bool padded)
    {
        // An element has less than 2^21 bytes.
        if (count > int.MaxValue)
        {
            CheckLargeByteCount(count, shape, dtype, padded);
        }
    }

    /// <summary>The bytes from one element to the next, or 0 where elements are packed within bytes.</summary>
    public static int ItemSize(DLDataType dtype, bool padded) =>
        dtype.IsSubByte && padded ? PaddedBytes(dtype) : dtype.BytesPerElement;

    private static void CheckLargeByteCount(long count, ReadOnlySpan<long> shape, DLDataType dtype, bool padded)
    {
        try
        {
            _ = ByteCount(count, dtype, padded);
        }
        catch (OverflowException e)
        {
            throw new ArgumentException(
                $"Shape {TensorLayout.Describe(shape)} of {dtype} has more bytes than a 64-bit number can count.",
                nameof(shape),
                e);
        }
    }

    /// <summary>
    /// Whether an element can be read at all: it has bits, as many as its code's name says, and two parts if complex.
    /// </summary>
    public static bool IsReadable(DLDataType dtype) => dtype.BitsPerElement != 0 && dtype.code switch
    {
        DLDataTypeCode.kDLComplex or DLDataTypeCode.kDLBcomplex => dtype.bits % 2 == 0,
        >= DLDataTypeCode.kDLFloat8_e3m4 and <= DLDataTypeCode.kDLFloat8_e8m0fnu => dtype.bits == 8,
        DLDataTypeCode.kDLFloat6_e2m3fn or DLDataTypeCode.kDLFloat6_e3m2fn => dtype.bits == 6,
        DLDataTypeCode.kDLFloat4_e2m1fn => dtype.bits == 4,
        _ => true,
    };

    private static int PaddedBytes(DLDataType dtype) => (dtype.BitsPerElement + 7) >> 3;

    private static bool IsPossible(DLDataType dtype) => IsReadable(dtype) && dtype.code switch
    {
        DLDataTypeCode.kDLInt or DLDataTypeCode.kDLUInt => dtype.bits is 1 or 2 or 4 or 8 or 16 or 32 or 64 or 128,
        DLDataTypeCode.kDLFloat => dtype.bits is 16 or 32 or 64 or 80 or 96 or 128,
        DLDataTypeCode.kDLBfloat => dtype.bits == 16,
        DLDataTypeCode.kDLComplex => dtype.bits is 32 or 64 or 128,
        DLDataTypeCode.kDLBcomplex => dtype.bits == 32,
        DLDataTypeCode.kDLBool => dtype.bits is 1 or 8,
        _ => true,
    };
}
