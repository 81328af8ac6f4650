namespace DlPackNet.Python;

/// <summary>NumPy's masked arrays, which inherit <c>__dlpack__</c> from its arrays and would lose their mask.</summary>
internal static class MaskedArrays
{
    /// <summary>Whether a type is one.</summary>
    public static bool Is(nint type)
    {
        nint found = Py.LookupOnType(type, Names.HardMask, out bool isNew);
        if (isNew)
        {
            Py.XDecRef(found);
        }

        return found != 0;
    }

    /// <summary>Raises what says so.</summary>
    public static void Refuse() => PythonError.Set(
        PythonApi.BufferError,
        "A masked array's mask would be lost. Pass its filled(value), or its data if the mask does not matter.");
}
