namespace DlPackNet.Layout;

internal static unsafe partial class StridedCopy
{
    /// <summary>Out of reach: this target has no stores that pass the cache by.</summary>
    private static nint StreamingBytes => IntPtr.Size == 4 ? int.MaxValue : unchecked((nint)long.MaxValue);

    /// <summary>This target has no vectors: the whole tile is left to the item loop.</summary>
    private static (nint Columns, nint Rows) TurnVectors(
        byte* source, nint sourceStride, byte* buffer, nint columns, nint rows, nint width) => (0, 0);

    private static void WriteRow(byte* from, byte* to, nint bytes, bool streaming) =>
        Buffer.MemoryCopy(from, to, bytes, bytes);

    private static void FinishStreaming()
    {
    }
}
