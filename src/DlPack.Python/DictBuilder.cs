using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>A Python dict that is being filled. All members need the GIL.</summary>
internal unsafe ref struct DictBuilder
{
    private readonly nint _dict = PythonApi.PyDict_New();
    private bool _hasFailed;

    public DictBuilder()
    {
    }

    public void Add(string name, string value) => AddTaking(name, Py.NewString(value));

    public void Add(string name, long value) => AddTaking(name, PythonApi.PyLong_FromLongLong(value));

    public void Add(string name, ulong value) => AddTaking(name, PythonApi.PyLong_FromUnsignedLongLong(value));

    public void Add(string name, bool value) => AddTaking(name, Py.NewBool(value));

    public void Add(string name, long first, long second) => AddTaking(name, Py.NewPair(first, second));

    public void Add(string name, DLPackVersion? value) => AddTaking(
        name, value is { } version ? Py.NewPair(version.major, version.minor) : Py.NewNone());

    /// <summary>A tuple of numbers; None if there are none to read.</summary>
    public void Add(string name, long* numbers, int count) => AddTaking(
        name, numbers is null && count != 0 ? Py.NewNone() : Py.NewTuple(new ReadOnlySpan<long>(numbers, count)));

    /// <summary>The dict, or 0 with an error.</summary>
    public readonly nint Finish(bool discard = false)
    {
        if (!_hasFailed && _dict != 0 && !discard)
        {
            return _dict;
        }

        Py.XDecRef(_dict);
        return 0;
    }

    private void AddTaking(string name, nint value)
    {
        nint key = value == 0 || _dict == 0 ? 0 : Py.NewString(name);
        _hasFailed |= key == 0 || PythonApi.PyDict_SetItem(_dict, key, value) != 0;
        Py.XDecRef(key);
        Py.XDecRef(value);
    }
}
