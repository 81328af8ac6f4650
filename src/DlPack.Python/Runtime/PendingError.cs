namespace DlPackNet.Python;

/// <summary>
/// Puts a pending Python error aside while something is released, which may run any code. Afterwards it is pending
/// again, and no other.
/// </summary>
internal readonly unsafe ref struct PendingError
{
    private readonly nint _type;
    private readonly nint _value;
    private readonly nint _traceback;

    private PendingError(nint type, nint value, nint traceback)
    {
        _type = type;
        _value = value;
        _traceback = traceback;
    }

    /// <summary>Puts it aside, if there is one.</summary>
    public static PendingError PutAside()
    {
        if (PythonApi.PyErr_Occurred() == 0)
        {
            return default;
        }

        nint type, value, traceback;
        PythonApi.PyErr_Fetch(&type, &value, &traceback);
        return new PendingError(type, value, traceback);
    }

    /// <summary>
    /// Puts it back. Tells of an error that a release has left, of which nobody would expect it later.
    /// </summary>
    public void Dispose()
    {
        if (PythonApi.PyErr_Occurred() != 0)
        {
            PythonApi.PyErr_WriteUnraisable(0);
        }

        if (_type != 0)
        {
            PythonApi.PyErr_Restore(_type, _value, _traceback);
        }
    }
}
