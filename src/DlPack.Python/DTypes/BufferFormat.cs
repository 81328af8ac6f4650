using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The codes of the buffer protocol, as of Python's <c>struct</c> module.</summary>
internal static unsafe class BufferFormat
{
    // NumPy knows its int64 by C's long where that has 64 bits.
    private static bool IsLong64 => !OperatingSystem.IsWindows();

    /// <summary>The code of a dtype, or null if it has none.</summary>
    public static byte* Of(DLDataType dtype) => dtype.lanes != 1 ? null : (dtype.code, dtype.bits) switch
    {
        (DLDataTypeCode.kDLBool, 8) => Text.Literal("?"u8),
        (DLDataTypeCode.kDLInt, 8) => Text.Literal("b"u8),
        (DLDataTypeCode.kDLInt, 16) => Text.Literal("h"u8),
        (DLDataTypeCode.kDLInt, 32) => Text.Literal("i"u8),
        (DLDataTypeCode.kDLInt, 64) => IsLong64 ? Text.Literal("l"u8) : Text.Literal("q"u8),
        (DLDataTypeCode.kDLUInt, 8) => Text.Literal("B"u8),
        (DLDataTypeCode.kDLUInt, 16) => Text.Literal("H"u8),
        (DLDataTypeCode.kDLUInt, 32) => Text.Literal("I"u8),
        (DLDataTypeCode.kDLUInt, 64) => IsLong64 ? Text.Literal("L"u8) : Text.Literal("Q"u8),
        (DLDataTypeCode.kDLFloat, 16) => Text.Literal("e"u8),
        (DLDataTypeCode.kDLFloat, 32) => Text.Literal("f"u8),
        (DLDataTypeCode.kDLFloat, 64) => Text.Literal("d"u8),
        (DLDataTypeCode.kDLComplex, 64) => Text.Literal("Zf"u8),
        (DLDataTypeCode.kDLComplex, 128) => Text.Literal("Zd"u8),
        _ => null,
    };

    /// <summary>
    /// The dtype of a code; the bits come from the item's size, since letters differ between systems.
    /// </summary>
    /// <param name="format">As in a Py_buffer; null means bytes.</param>
    /// <param name="itemSize">In bytes.</param>
    /// <param name="dtype">What it is.</param>
    /// <param name="refusal">Why not, if it is nothing that can be lent.</param>
    /// <returns>Whether it is something.</returns>
    public static bool TryParse(byte* format, nint itemSize, out DLDataType dtype, out string refusal)
    {
        dtype = DLDataType.UInt8;
        refusal = string.Empty;
        byte* code = format;
        if (code is null)
        {
            return itemSize == 1 || Refuse(format, itemSize, out refusal);
        }

        if (*code is (byte)'@' or (byte)'=' || *code == (BitConverter.IsLittleEndian ? (byte)'<' : (byte)'>'))
        {
            code++;
        }
        else if (*code is (byte)'<' or (byte)'>' or (byte)'!')
        {
            if (itemSize != 1)
            {
                refusal = $"The buffer's format \"{Text.From(format)}\" has foreign byte order. Swap it first, as by "
                    + "NumPy's astype(dtype.newbyteorder('=')).";
                return false;
            }

            code++;
        }

        bool isComplex = *code == (byte)'Z' && code[1] != 0;
        if (isComplex)
        {
            code++;
        }

        DLDataTypeCode? kind = code[0] == 0 || code[1] != 0 ? null : (char)*code switch
        {
            'e' or 'f' or 'd' when isComplex => DLDataTypeCode.kDLComplex,
            _ when isComplex => null,
            'F' or 'D' => DLDataTypeCode.kDLComplex,
            'c' or 'b' or 'h' or 'i' or 'l' or 'q' or 'n' => DLDataTypeCode.kDLInt,
            'B' or 'H' or 'I' or 'L' or 'Q' or 'N' => DLDataTypeCode.kDLUInt,
            'e' or 'f' or 'd' => DLDataTypeCode.kDLFloat,
            '?' => DLDataTypeCode.kDLBool,
            _ => null,
        };
        bool isPossible = kind == DLDataTypeCode.kDLComplex
            ? itemSize is 4 or 8 or 16
            : itemSize is 1 or 2 or 4 or 8;
        if (kind is not { } found || !isPossible)
        {
            return Refuse(format, itemSize, out refusal);
        }

        dtype = new DLDataType(found, (byte)(itemSize * 8));
        return true;
    }

    private static bool Refuse(byte* format, nint itemSize, out string refusal)
    {
        refusal = $"The buffer's format \"{Text.From(format)}\" with items of {itemSize} bytes has no dtype in DLPack, "
            + "which has numbers and bools only. View it as numbers first, as by NumPy's view().";
        return false;
    }
}
