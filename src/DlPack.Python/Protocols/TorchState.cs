namespace DlPackNet.Python;

/// <summary>
/// What a PyTorch tensor can be beside its numbers: on the way to a gradient, or with a sign that is still to be applied.
/// Its exchange API tells of neither, and its older <c>__dlpack__</c> not of all.
/// </summary>
internal static unsafe class TorchState
{
    /// <summary>Whether the numbers are all, or it is no such tensor at all. Needs the GIL; false leaves an error.</summary>
    public static bool IsPlain(nint item, nint type)
    {
        nint found = Py.LookupOnType(type, Names.RequiresGrad, out bool isNew);
        if (found == 0)
        {
            return PythonApi.PyErr_Occurred() == 0;
        }

        if (isNew)
        {
            Py.DecRef(found);
        }

        string? wayOut = IsTrue(PythonApi.PyObject_GetAttr(item, Names.RequiresGrad)) ? "detach"
            : IsTrue(Call(item, Names.IsNegated)) ? "resolve_neg"
            : IsTrue(Call(item, Names.IsConjugated)) ? "resolve_conj"
            : null;
        if (wayOut is not null)
        {
            PythonError.Set(
                PythonApi.BufferError,
                $"{Py.TypeName(item)} is more than its numbers, which would be lost without a word: pass its {wayOut}().");
        }

        return wayOut is null;
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
