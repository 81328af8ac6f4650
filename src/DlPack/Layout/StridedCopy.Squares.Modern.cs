using System.Runtime.CompilerServices;

namespace DlPackNet.Layout;

/// <content>
/// Turning squares of items in registers. A square has as many columns as items fit in a lane of 16 bytes, and as
/// many rows. Zipping row i with row i + side / 2, for all i, log2(side) times over transposes it. A vector of more
/// lanes holds more squares, the one below the other; their columns then come out as one long run.
/// </content>
internal static unsafe partial class StridedCopy
{
    /// <summary>Bytes in a lane: what the zip instructions work within, in vectors of any size.</summary>
    private const int LaneBytes = 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnSquare2<TLanes, TVector>(byte* source, nint stride, byte* buffer)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        TVector row0 = TLanes.Load(source, stride * 2);
        TVector row1 = TLanes.Load(source + stride, stride * 2);
        TLanes.Store(TLanes.ZipLow(row0, row1), buffer);
        TLanes.Store(TLanes.ZipHigh(row0, row1), buffer + TileWriteBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnSquare4<TLanes, TVector>(byte* source, nint stride, byte* buffer)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        TVector row0 = TLanes.Load(source, stride * 4);
        TVector row1 = TLanes.Load(source + stride, stride * 4);
        TVector row2 = TLanes.Load(source + stride * 2, stride * 4);
        TVector row3 = TLanes.Load(source + stride * 3, stride * 4);

        TVector even01 = TLanes.ZipLow(row0, row2);
        TVector even23 = TLanes.ZipHigh(row0, row2);
        TVector odd01 = TLanes.ZipLow(row1, row3);
        TVector odd23 = TLanes.ZipHigh(row1, row3);

        TLanes.Store(TLanes.ZipLow(even01, odd01), buffer);
        TLanes.Store(TLanes.ZipHigh(even01, odd01), buffer + TileWriteBytes);
        TLanes.Store(TLanes.ZipLow(even23, odd23), buffer + TileWriteBytes * 2);
        TLanes.Store(TLanes.ZipHigh(even23, odd23), buffer + TileWriteBytes * 3);
    }

    /// <summary>The same for any side; too many rows for the registers, so they wait on the stack.</summary>
    [SkipLocalsInit]
    private static void TurnSquare<TLanes, TVector>(byte* source, nint stride, byte* buffer, int side)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        TVector* rows = stackalloc TVector[LaneBytes];
        TVector* zipped = stackalloc TVector[LaneBytes];
        for (int i = 0; i < side; i++)
        {
            rows[i] = TLanes.Load(source + i * stride, stride * side);
        }

        for (int done = 1; done < side; done *= 2)
        {
            for (int i = 0; i < side / 2; i++)
            {
                zipped[i * 2] = TLanes.ZipLow(rows[i], rows[i + side / 2]);
                zipped[i * 2 + 1] = TLanes.ZipHigh(rows[i], rows[i + side / 2]);
            }

            TVector* swap = rows;
            rows = zipped;
            zipped = swap;
        }

        for (int i = 0; i < side; i++)
        {
            TLanes.Store(rows[i], buffer + i * TileWriteBytes);
        }
    }
}
