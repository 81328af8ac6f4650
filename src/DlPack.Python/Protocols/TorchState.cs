namespace DlPackNet.Python;

/// <summary>
/// What a PyTorch tensor can be beside its numbers: on the way to a gradient, or with a sign that is still to be
/// applied. Its exchange API tells of neither, and its older <c>__dlpack__</c> not of all.
/// </summary>
internal static unsafe class TorchState
{
    /// <summary>
    /// Whether the numbers are all, or it is no such tensor at all. Needs the GIL; false leaves an error.
    /// </summary>
    public static bool IsPlain(nint item) =>
        !Is(item)
            ? PythonApi.PyErr_Occurred() == 0
            : IsTrue(PythonApi.PyObject_GetAttr(item, Names.RequiresGrad)) ? Refuse(item, "detach")
            : !IsTrue(Call(item, Names.IsNegated)) || Refuse(item, "resolve_neg");

    /// <summary>
    /// Whether complex numbers are what they seem, which nobody need ask of others. Needs the GIL; false leaves an
    /// error.
    /// </summary>
    public static bool IsPlainComplex(nint item) =>
        !Is(item) ? PythonApi.PyErr_Occurred() == 0
            : !IsTrue(Call(item, Names.IsConjugated)) || Refuse(item, "resolve_conj");

    private static bool Is(nint item)
    {
        nint found = Py.LookupOnType(Py.TypeOf(item), Names.RequiresGrad, out bool isNew);
        if (isNew)
        {
            Py.XDecRef(found);
        }

        return found != 0;
    }

    private static bool Refuse(nint item, string wayOut)
    {
        PythonError.Set(
            PythonApi.BufferError,
            $"{Py.TypeName(item)} is more than its numbers, which would be lost without a word: pass its {wayOut}().");
        return false;
    }

    private static nint Call(nint item, nint method)
    {
        // With a free place in front, which the call may use.
        nint* arguments = stackalloc nint[] { 0, item };
        return PythonApi.PyObject_VectorcallMethod(method, arguments + 1, VectorCall.SelfOnly, 0);
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
