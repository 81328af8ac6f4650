using System.Runtime.CompilerServices;

namespace DlPackNet.Python;

/// <summary>
/// Which argument of <c>__dlpack__</c> is where, by the names of a call's keywords. Those names, and the version that
/// is asked for, are constants of the code that calls: what was read of the last ones need not be read again as long as
/// the same come. A reference to them is held, so that nothing else can have their addresses. All members need the GIL.
/// </summary>
internal static unsafe class DlpackKeywords
{
    private const int Absent = -1;

    private static nint _names;
    private static int _stream;
    private static int _maxVersion;
    private static int _device;
    private static int _copy;
    private static nint _versionOne;

    /// <summary>Forgets the tuples of a Python that has ended.</summary>
    public static void Reset() => _names = _versionOne = 0;

    /// <summary>Reads the names, if they are others than last time.</summary>
    /// <returns>False if there is one that <c>__dlpack__</c> has not, with a TypeError.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Read(nint names) => names == _names || Learn(names);

    /// <summary>The arguments of the call whose names were read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Pick(nint* arguments, out nint stream, out nint maxVersion, out nint device, out nint copy)
    {
        nint none = PythonApi.None;
        stream = _stream == Absent ? none : arguments[_stream];
        maxVersion = _maxVersion == Absent ? none : arguments[_maxVersion];
        device = _device == Absent ? none : arguments[_device];
        copy = _copy == Absent ? none : arguments[_copy];
    }

    /// <summary>Whether it is a plain tuple (1, number), which nearly everybody passes as the version.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsVersionOne(nint version)
    {
        if (version == _versionOne)
        {
            return true;
        }

        if (Py.TypeOf(version) != PythonApi.TupleType
            || PythonApi.PyTuple_Size(version) != 2
            || PythonApi.PyTuple_GetItem(version, 0) != Names.One
            || Py.TypeOf(PythonApi.PyTuple_GetItem(version, 1)) != PythonApi.LongType)
        {
            return false;
        }

        Keep(ref _versionOne, version);
        return true;
    }

    private static bool Learn(nint names)
    {
        int stream = Absent, maxVersion = Absent, device = Absent, copy = Absent;
        int count = (int)PythonApi.PyTuple_Size(names);
        ReadOnlySpan<nint> interned = [Names.Stream, Names.MaxVersion, Names.DlDevice, Names.Copy];
        bool areInterned = true;
        for (int i = 0; i < count; i++)
        {
            nint name = PythonApi.PyTuple_GetItem(names, i);
            areInterned &= interned.Contains(name);
            switch (Arguments.Match(name, "__dlpack__", interned))
            {
                case 0: stream = i; break;
                case 1: maxVersion = i; break;
                case 2: device = i; break;
                case 3: copy = i; break;
                default: return false;
            }
        }

        (_stream, _maxVersion, _device, _copy) = (stream, maxVersion, device, copy);

        // Names of other types might hold anything, and run code when they are dropped: such are read each time.
        Keep(ref _names, areInterned ? names : 0);
        return true;
    }

    private static void Keep(ref nint kept, nint tuple)
    {
        nint previous = kept;
        kept = Py.NewRef(tuple);
        Py.XDecRef(previous);
    }
}
