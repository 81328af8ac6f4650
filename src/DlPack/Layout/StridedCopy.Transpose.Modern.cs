using System.Runtime.Intrinsics;

namespace DlPackNet.Layout;

internal static unsafe partial class StridedCopy
{
    /// <summary>
    /// From this size on, well past a core's own caches, rows are written past them all: a cached write evicts the
    /// source and first reads the line that it is about to replace. Measured to halve the time, and more.
    /// </summary>
    private const nint StreamingBytes = 4 << 20;

    /// <summary>Turns as much of a tile as whole vectors cover, and says how much that was.</summary>
    private static (nint Columns, nint Rows) TurnVectors(
        byte* source, nint sourceStride, byte* buffer, nint columns, nint rows, nint width) => width switch
        {
            1 => TurnVectors<byte>(source, sourceStride, buffer, columns, rows),
            2 => TurnVectors<ushort>(source, sourceStride, buffer, columns, rows),
            4 => TurnVectors<uint>(source, sourceStride, buffer, columns, rows),
            8 => TurnVectors<ulong>(source, sourceStride, buffer, columns, rows),
            _ => (0, 0),
        };

    private static (nint Columns, nint Rows) TurnVectors<T>(
        byte* source, nint sourceStride, byte* buffer, nint columns, nint rows)
        where T : unmanaged
    {
        if (Lanes256<T>.IsSupported)
        {
            return TurnSquares<T, Lanes256<T>, Vector256<T>>(source, sourceStride, buffer, columns, rows);
        }

        return Lanes128<T>.IsSupported
            ? TurnSquares<T, Lanes128<T>, Vector128<T>>(source, sourceStride, buffer, columns, rows)
            : (0, 0);
    }

    private static (nint Columns, nint Rows) TurnSquares<T, TLanes, TVector>(
        byte* source, nint sourceStride, byte* buffer, nint columns, nint rows)
        where T : unmanaged
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        int side = LaneBytes / sizeof(T);
        int step = side * TLanes.Count;
        columns -= columns % side;
        rows -= rows % step;

        for (nint j = 0; j < rows; j += step)
        {
            for (nint i = 0; i < columns; i += side)
            {
                byte* from = source + j * sourceStride + i * sizeof(T);
                byte* to = buffer + i * TileWriteBytes + j * sizeof(T);
                if (side == 2)
                {
                    TurnSquare2<TLanes, TVector>(from, sourceStride, to);
                }
                else if (side == 4)
                {
                    TurnSquare4<TLanes, TVector>(from, sourceStride, to);
                }
                else
                {
                    TurnSquare<TLanes, TVector>(from, sourceStride, to, side);
                }
            }
        }

        return (columns, rows);
    }

    private static void WriteRow(byte* from, byte* to, nint bytes, bool streaming)
    {
        if (!streaming)
        {
            Buffer.MemoryCopy(from, to, bytes, bytes);
            return;
        }

        nint done = 0;
        for (; done <= bytes - Vector256<byte>.Count; done += Vector256<byte>.Count)
        {
            Vector256.LoadAligned(from + done).StoreAlignedNonTemporal(to + done);
        }

        Buffer.MemoryCopy(from + done, to + done, bytes - done, bytes - done);
    }

    /// <summary>
    /// Stores that pass the cache are not ordered with later ones on x86; another thread told that the copy is done
    /// must find it done.
    /// </summary>
    private static void FinishStreaming() => Interlocked.MemoryBarrier();
}
