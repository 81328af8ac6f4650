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
        IsNot(PythonApi.PyObject_GetAttr(item, Names.RequiresGrad), item, "detach")
            && IsNot(Py.CallMethod(item, Names.IsNegated), item, "resolve_neg");

    /// <summary>
    /// Whether complex numbers are what they seem, which nobody need ask of others. Needs the GIL; false leaves an
    /// error.
    /// </summary>
    public static bool IsPlainComplex(nint item) => Is(Py.TypeOf(item))
        ? IsNot(Py.CallMethod(item, Names.IsConjugated), item, "resolve_conj")
        : PythonApi.PyErr_Occurred() == 0;

    // Takes the reference to the answer, which is 0 where asking failed: for something else that is called so, and has
    // not got the rest.
    private static bool IsNot(nint answer, nint item, string wayOut)
    {
        if (answer == 0)
        {
            return PythonError.ClearUnlessGrave();
        }

        bool isTrue = answer == PythonApi.True;
        Py.DecRef(answer);
        if (!isTrue)
        {
            return true;
        }

        PythonError.Set(
            PythonApi.BufferError,
            $"{Py.TypeName(item)} is more than its numbers, which would be lost without a word: pass its {wayOut}().");
        return false;
    }
}
