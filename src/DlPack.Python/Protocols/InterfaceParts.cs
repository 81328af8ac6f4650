namespace DlPackNet.Python;

/// <summary>What an array interface says, in whatever form: references to Python objects, 0 where absent.</summary>
internal unsafe ref struct InterfaceParts
{
    public nint Shape;
    public nint TypeString;
    public nint Data;
    public nint Strides;
    public nint Mask;
    public nint Offset;
    public nint Stream;

    /// <summary>From the items of a dict. Needs the GIL.</summary>
    /// <returns>False with an error.</returns>
    public static bool TryFromDict(nint dict, out InterfaceParts parts)
    {
        parts = default;
        if (PythonApi.PyType_IsSubtype(Py.TypeOf(dict), PythonApi.DictType) == 0)
        {
            PythonError.Set(PythonApi.BufferError, $"It is no dict, but of type {Py.TypeName(dict)}.");
            return false;
        }

        parts.Shape = Item(dict, Names.Shape);
        parts.TypeString = Item(dict, Names.TypeString);
        parts.Data = Item(dict, Names.Data);
        parts.Strides = Item(dict, Names.Strides);
        parts.Mask = Item(dict, Names.Mask);
        parts.Offset = Item(dict, Names.Offset);
        parts.Stream = Item(dict, Names.Stream);
        return PythonApi.PyErr_Occurred() == 0;
    }

    /// <summary>From the attributes of the interface's version 2. Needs the GIL.</summary>
    /// <returns>False with an error.</returns>
    public static bool TryFromAttributes(nint item, nint shape, out InterfaceParts parts)
    {
        parts = new InterfaceParts { Shape = Py.NewRef(shape) };
        return Py.GetOptional(item, Names.ArrayTypeString, out parts.TypeString)
            && Py.GetOptional(item, Names.ArrayData, out parts.Data)
            && Py.GetOptional(item, Names.ArrayStrides, out parts.Strides)
            && Py.GetOptional(item, Names.ArrayMask, out parts.Mask)
            && Py.GetOptional(item, Names.ArrayOffset, out parts.Offset);
    }

    /// <summary>Gives the references back. Needs the GIL.</summary>
    public readonly void Dispose()
    {
        using (PendingError.PutAside())
        {
            Py.XDecRef(Shape);
            Py.XDecRef(TypeString);
            Py.XDecRef(Data);
            Py.XDecRef(Strides);
            Py.XDecRef(Mask);
            Py.XDecRef(Offset);
            Py.XDecRef(Stream);
        }
    }

    // None is the same as absent everywhere.
    private static nint Item(nint dict, nint key)
    {
        nint value = PythonApi.PyDict_GetItemWithError(dict, key);
        return value == 0 || value == PythonApi.None ? 0 : Py.NewRef(value);
    }
}
