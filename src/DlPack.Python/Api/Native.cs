using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>Structs for C, which Python keeps pointers to and so are never freed.</summary>
internal static unsafe class Native
{
    /// <summary>A copy of a list, with the zeroed item at its end that C looks for.</summary>
    public static T* List<T>(ReadOnlySpan<T> items)
        where T : unmanaged
    {
        var list = (T*)NativeMemory.AllocZeroed((nuint)items.Length + 1, (nuint)sizeof(T));
        items.CopyTo(new Span<T>(list, items.Length));
        return list;
    }

    /// <summary>A function without arguments.</summary>
    public static PyMethodDef* Method(
        ReadOnlySpan<byte> literal, delegate* unmanaged[Cdecl]<nint, nint, nint> function)
    {
        var method = (PyMethodDef*)NativeMemory.AllocZeroed((nuint)sizeof(PyMethodDef));
        method->Name = Text.Literal(literal);
        method->Function = function;
        method->Flags = PyMethodDef.NoArguments;
        return method;
    }
}
