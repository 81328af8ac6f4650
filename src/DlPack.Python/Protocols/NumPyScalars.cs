namespace DlPackNet.Python;

/// <summary>
/// NumPy's scalars, whose array interfaces tell the address of a temporary array that is gone by the time it is read.
/// </summary>
internal static unsafe class NumPyScalars
{
    private static nint _scalarType;

    /// <summary>Forgets the type, which has gone with its Python.</summary>
    public static void Reset() => _scalarType = 0;

    /// <summary>Whether a type is one of theirs. Needs the GIL.</summary>
    public static bool Is(nint type)
    {
        if (_scalarType == 0)
        {
            _scalarType = Find();
        }

        return _scalarType != 0 && PythonApi.PyType_IsSubtype(type, _scalarType) != 0;
    }

    // NumPy cannot be unloaded, so that a borrowed reference is enough.
    private static nint Find()
    {
        nint numpy = PythonApi.PyImport_GetModule(Names.NumPy);
        if (numpy == 0)
        {
            PythonApi.PyErr_Clear();
            return 0;
        }

        nint type = PythonApi.PyObject_GetAttr(numpy, Names.Generic);
        PythonApi.PyErr_Clear();
        Py.DecRef(numpy);
        Py.XDecRef(type);
        return type;
    }
}
