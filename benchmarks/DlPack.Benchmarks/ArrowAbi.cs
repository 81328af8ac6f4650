using Apache.Arrow.C;

namespace DlPackNet.Benchmarks;

/// <summary>What a consumer in C sees of an array that Arrow lends.</summary>
internal static unsafe class ArrowAbi
{
    // https://arrow.apache.org/docs/format/CDataInterface.html#structure-definitions: five int64_t, three pointers.
    private const int ReleaseOffset = 64;

    /// <summary>Calls the array's release callback, as the consumer that is done does.</summary>
    public static void Release(CArrowArray* array) =>
        (*(delegate* unmanaged[Cdecl]<CArrowArray*, void>*)((byte*)array + ReleaseOffset))(array);
}
