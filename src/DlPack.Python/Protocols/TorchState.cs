namespace DlPackNet.Python;

/// <summary>
/// What a PyTorch tensor can be beside its numbers: on the way to a gradient, or with a sign that is still to be
/// applied. Its exchange API tells of neither, and its older <c>__dlpack__</c> not of all.
/// </summary>
internal static unsafe class TorchState
{
    /// <summary>Whether a type is one of PyTorch's. Needs the GIL; may leave an error.</summary>
    public static bool Is(nint type)
    {
        nint found = Py.LookupOnType(type, Names.RequiresGrad, out bool isNew);
        if (isNew)
        {
            Py.XDecRef(found);
        }

        return found != 0;
    }

    /// <summary>Whether the numbers of a tensor are all. Needs the GIL; false leaves an error.</summary>
    public static bool IsPlain(nint item) =>
        IsTrue(PythonApi.PyObject_GetAttr(item, Names.RequiresGrad))
            ? Refuse(item, "detach")
            : !IsTrue(Py.CallMethod(item, Names.IsNegated)) || Refuse(item, "resolve_neg");

    /// <summary>
    /// Whether complex numbers are what they seem, which nobody need ask of others. Needs the GIL; false leaves an
    /// error.
    /// </summary>
    public static bool IsPlainComplex(nint item) =>
        !Is(Py.TypeOf(item)) ? PythonApi.PyErr_Occurred() == 0
            : !IsTrue(Py.CallMethod(item, Names.IsConjugated)) || Refuse(item, "resolve_conj");

    private static bool Refuse(nint item, string wayOut)
    {
        PythonError.Set(
            PythonApi.BufferError,
            $"{Py.TypeName(item)} is more than its numbers, which would be lost without a word: pass its {wayOut}().");
        return false;
    }

    private static bool IsTrue(nint value)
    {
        if (value == 0)
        {
            // Something else that is called so, and has not got the rest.
            PythonApi.PyErr_Clear();
            return false;
        }

        bool isTrue = value == PythonApi.True;
        Py.DecRef(value);
        return isTrue;
    }
}
