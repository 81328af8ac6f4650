using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>PyGetSetDef</c>: an attribute of a type. A zeroed one ends the list.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyGetSetDef
{
    public byte* Name;
    public delegate* unmanaged[Cdecl]<PyTensor*, nint, nint> Get;
    public void* Set;
    public byte* Doc;
    public void* Closure;
}
