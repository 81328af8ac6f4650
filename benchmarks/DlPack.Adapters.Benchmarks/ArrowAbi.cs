using System.Runtime.InteropServices;
using Apache.Arrow.C;

namespace DlPackNet.Benchmarks;

/// <summary>What C sees of an Arrow array, to lend one as C does, and to release one.</summary>
/// <remarks>https://arrow.apache.org/docs/format/CDataInterface.html#structure-definitions</remarks>
internal static unsafe class ArrowAbi
{
    // Five int64_t (length, null_count, offset, n_buffers, n_children), then the pointers.
    private const int BufferCount = 3;
    private const int Buffers = 5;
    private const int ReleaseCallback = 8;
    private const int Fields = 10;

    /// <summary>Fills an array of one type without nulls, whose memory nobody has to give back.</summary>
    public static void Write(CArrowArray* array, void** buffers, long length)
    {
        long* fields = (long*)array;
        new Span<long>(fields, Fields).Clear();
        fields[0] = length;
        fields[BufferCount] = 2;
        fields[Buffers] = (long)buffers;
        fields[ReleaseCallback] = (long)(delegate* unmanaged<CArrowArray*, void>)&Done;
    }

    /// <summary>Calls the array's release callback, as the consumer that is done does.</summary>
    public static void Release(CArrowArray* array) =>
        ((delegate* unmanaged<CArrowArray*, void>)((long*)array)[ReleaseCallback])(array);

    [UnmanagedCallersOnly]
    private static void Done(CArrowArray* array) => ((long*)array)[ReleaseCallback] = 0;
}
