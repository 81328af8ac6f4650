using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>PyModuleDef</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyModuleDef
{
    // PyModuleDef_Base: an object's head (reference count and type), and what Python fills in.
    public nint RefCount;
    public nint Type;
    public nint Init;
    public nint Index;
    public nint Copy;

    public byte* Name;
    public byte* Doc;
    public nint Size;
    public PyMethodDef* Methods;
    public PyTypeSlot* Slots;
    public void* Traverse;
    public void* Clear;
    public void* Free;
}
