using System.Text;

namespace DlPackNet.Text;

/// <summary>Reads numbers of any width at any bit.</summary>
internal static class BitReader
{
    /// <summary>Reads up to 64 bits, touching no byte that holds none of them.</summary>
    /// <param name="data">The address that <paramref name="bitOffset"/> counts from; may be unaligned.</param>
    /// <param name="bitOffset">
    /// The bits before the number, may be negative; bit 0 is the least significant of the first byte.
    /// </param>
    /// <param name="count">The width in bits.</param>
    public static unsafe ulong Read(byte* data, long bitOffset, int count)
    {
        byte* first = data + (bitOffset >> 3);
        int skipped = (int)(bitOffset & 7);
        int bytes = (skipped + count + 7) >> 3;
        // Numbers of whole bytes are the processor's own; packed ones are little end first everywhere.
        bool isReversed = !BitConverter.IsLittleEndian && skipped == 0 && (count & 7) == 0;
        ulong value = 0;
        for (int i = 0; i < bytes; i++)
        {
            ulong part = first[isReversed ? bytes - 1 - i : i];
            int shift = (8 * i) - skipped;
            value |= shift >= 0 ? part << shift : part >> -shift;
        }

        return count == 64 ? value : value & ((1UL << count) - 1);
    }

    /// <summary>Reads any number of bits as a hexadecimal number of full width, such as "0x0f".</summary>
    public static unsafe string ReadHex(byte* data, long bitOffset, int count)
    {
        var text = new StringBuilder("0x");
        for (int low = (count - 1) & ~3; low >= 0 && count > 0; low -= 4)
        {
            ulong digit = Read(data, bitOffset + low, Math.Min(4, count - low));
            text.Append("0123456789abcdef"[(int)digit]);
        }

        return text.ToString();
    }
}
