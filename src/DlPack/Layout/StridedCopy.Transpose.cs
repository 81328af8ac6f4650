using System.Runtime.CompilerServices;

namespace DlPackNet.Layout;

/// <content>
/// The transpose: one loop (x) steps by one item in the source, another (y) by one item in the destination. Going
/// straight across would touch a new cache line for each item, and with strides that are powers of two all those
/// lines fall into the same few cache sets and evict each other before they are used up. So a tile is turned in a
/// small buffer on the stack first: its lines are read once and whole, and its rows are written once and whole.
/// </content>
internal static unsafe partial class StridedCopy
{
    private const int CacheLine = 64;

    /// <summary>Bytes of a tile along x, that is of each piece read from the source.</summary>
    private const int TileReadBytes = 64;

    /// <summary>Bytes of a tile along y, that is of each piece written, and of a row of the buffer.</summary>
    private const int TileWriteBytes = 256;

    /// <summary>Items wider than this use most of a cache line anyway.</summary>
    private const int MaxTransposedWidth = 32;

    /// <summary>Narrower matrices go better through the plain loops: their few lines stay in the cache.</summary>
    private const int MinTransposedExtent = 8;

    /// <summary>Whether the loops transpose; <paramref name="unitLoop"/> is then x, and the last loop y.</summary>
    private static bool IsTranspose(ReadOnlySpan<Loop> loops, nint width, out int unitLoop)
    {
        Loop y = loops[^1];
        unitLoop = loops.Length - 2;
        if (width > MaxTransposedWidth || y.DestinationStride != width || y.Extent < MinTransposedExtent)
        {
            return false;
        }

        while (unitLoop >= 0 && Math.Abs(loops[unitLoop].SourceStride) != width)
        {
            unitLoop--;
        }

        return unitLoop >= 0 && loops[unitLoop].Extent >= MinTransposedExtent;
    }

    [SkipLocalsInit]
    private static void CopyTransposed<TItem>(
        byte* source, byte* destination, Span<Loop> loops, int unitLoop, nint width, TItem item)
        where TItem : struct, IItem
    {
        Loop x = loops[unitLoop];
        if (x.SourceStride < 0)
        {
            x = Reverse(x, ref source, ref destination);
        }

        nint bytes = width;
        foreach (Loop loop in loops)
        {
            bytes *= loop.Extent;
        }

        Loop y = loops[^1];
        loops[(unitLoop + 1)..^1].CopyTo(loops[unitLoop..]);

        nint tileColumns = TileReadBytes / width;
        byte* buffer = stackalloc byte[(int)tileColumns * TileWriteBytes + CacheLine];
        buffer += -(nint)buffer & (CacheLine - 1);

        var plane = new TransposedPlane<TItem>(x, y, width, item, buffer, bytes);
        Walk(loops[..^2], source, destination, ref plane);
        if (bytes >= StreamingBytes)
        {
            FinishStreaming();
        }
    }

    private static nint Min(nint left, nint right) => left < right ? left : right;

    /// <summary>A matrix turned tile by tile.</summary>
    private readonly struct TransposedPlane<TItem>(Loop x, Loop y, nint width, TItem item, byte* buffer, nint bytes)
        : IPlane
        where TItem : struct, IItem
    {
        public void Copy(byte* source, byte* destination)
        {
            nint tileX = TileReadBytes / width;
            nint tileY = TileWriteBytes / width;

            // Every piece must start on a cache line, or two pieces would each write half of one past the cache.
            bool streaming = bytes >= StreamingBytes
                && TileWriteBytes % width == 0
                && (((nint)destination | x.DestinationStride) & (CacheLine - 1)) == 0;

            // Along the source's rows first: the few pages they lie on stay in the address cache meanwhile.
            for (nint y0 = 0; y0 < y.Extent; y0 += tileY)
            {
                nint rows = Min(tileY, y.Extent - y0);
                for (nint x0 = 0; x0 < x.Extent; x0 += tileX)
                {
                    nint columns = Min(tileX, x.Extent - x0);
                    TurnTile(source + x0 * width + y0 * y.SourceStride, columns, rows);
                    WriteTile(destination + x0 * x.DestinationStride + y0 * width, columns, rows * width, streaming);
                }
            }
        }

        private void TurnTile(byte* source, nint columns, nint rows)
        {
            (nint doneColumns, nint doneRows) = TurnVectors(source, y.SourceStride, buffer, columns, rows, width);
            TurnItems(source, doneColumns, columns, 0, doneRows);
            TurnItems(source, 0, columns, doneRows, rows);
        }

        private void TurnItems(byte* source, nint firstColumn, nint columns, nint firstRow, nint rows)
        {
            for (nint j = firstRow; j < rows; j++)
            {
                byte* from = source + j * y.SourceStride + firstColumn * width;
                byte* to = buffer + firstColumn * TileWriteBytes + j * width;
                for (nint left = columns - firstColumn; left > 0; left--)
                {
                    item.Copy(from, to);
                    from += width;
                    to += TileWriteBytes;
                }
            }
        }

        private void WriteTile(byte* destination, nint columns, nint rowBytes, bool streaming)
        {
            byte* from = buffer;
            for (nint i = 0; i < columns; i++)
            {
                WriteRow(from, destination, rowBytes, streaming);
                from += TileWriteBytes;
                destination += x.DestinationStride;
            }
        }
    }
}
