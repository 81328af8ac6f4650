using System.Runtime.CompilerServices;

namespace DlPackNet.Python;

/// <summary>
/// What consumers pass to <c>__dlpack__</c> is constants of their code, time and again the same objects: they are recognized
/// by their addresses, and kept, so that no other object gets those. All members need the GIL.
/// </summary>
internal static unsafe class KnownCalls
{
    private const int Rows = 4;

    private static Table _names;
    private static nint _onlyMaxVersion;
    private static nint _version;

    /// <summary>
    /// Whether a call is the one that nearly every consumer makes: with max_version and nothing else, which is (1, x). False
    /// if that takes more than a look.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsUsual(nint keywords, nint* arguments) =>
        keywords != 0 && keywords == _onlyMaxVersion && arguments[0] == _version;

    /// <summary>Where each argument belongs by its keyword.</summary>
    /// <param name="keywords">The names of a call: a tuple, borrowed.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="positions">8 bits for each, from the lowest on: 0 stream, 1 max_version, 2 dl_device, 3 copy.</param>
    /// <returns>false, with a TypeError, if it has another name.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryPositions(nint keywords, out int count, out uint positions)
    {
        ref Row row = ref _names[(int)((nuint)keywords >> 4) & (Rows - 1)];
        count = row.Count;
        positions = row.Positions;
        return row.Keywords == keywords || TryLearn(ref row, keywords, out count, out positions);
    }

    /// <summary>Whether an object is a tuple of two numbers, the first of them 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsVersionOne(nint version) => version == _version || LearnVersion(version);

    /// <summary>Forgets all, for the start of another Python: the objects ended with the one before.</summary>
    public static void Forget()
    {
        _names = default;
        _onlyMaxVersion = 0;
        _version = 0;
    }

    private static bool TryLearn(ref Row row, nint keywords, out int count, out uint positions)
    {
        count = (int)PythonApi.PyTuple_Size(keywords);
        positions = 0;
        for (int i = 0; i < count; i++)
        {
            int which = Arguments.Match(
                PythonApi.PyTuple_GetItem(keywords, i),
                "__dlpack__",
                Names.Stream,
                Names.MaxVersion,
                Names.DlDevice,
                Names.Copy);
            if (which < 0)
            {
                return false;
            }

            positions |= (uint)which << (8 * i);
        }

        Replace(ref row.Keywords, keywords);
        row.Count = count;
        row.Positions = positions;
        if (count == 1 && positions == 1)
        {
            Replace(ref _onlyMaxVersion, keywords);
        }

        return true;
    }

    private static bool LearnVersion(nint version)
    {
        if (Py.TypeOf(version) != PythonApi.TupleType
            || PythonApi.PyTuple_Size(version) != 2
            || PythonApi.PyTuple_GetItem(version, 0) != Names.One
            || Py.TypeOf(PythonApi.PyTuple_GetItem(version, 1)) != PythonApi.LongType)
        {
            return false;
        }

        Replace(ref _version, version);
        return true;
    }

    // Tuples of strings and numbers, whose ends run no code of anybody's.
    private static void Replace(ref nint kept, nint item)
    {
        nint old = kept;
        kept = Py.NewRef(item);
        Py.XDecRef(old);
    }

    private struct Row
    {
        public nint Keywords;
        public int Count;
        public uint Positions;
    }

    [InlineArray(Rows)]
    private struct Table
    {
        private Row _first;
    }
}
