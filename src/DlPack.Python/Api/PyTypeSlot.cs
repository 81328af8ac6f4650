using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>
/// C's <c>PyType_Slot</c>, and <c>PyModuleDef_Slot</c>, which is laid out alike. A zeroed one ends the list.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyTypeSlot
{
    public const int BufferGet = 1;
    public const int BufferRelease = 2;
    public const int Dealloc = 52;
    public const int Doc = 56;
    public const int Methods = 64;
    public const int New = 65;
    public const int Repr = 66;
    public const int Traverse = 71;
    public const int GetSet = 73;

    /// <summary>A module's function that fills it.</summary>
    public const int ModuleExec = 2;

    /// <summary>Whether a module can be imported by several interpreters, from Python 3.12 on.</summary>
    public const int ModuleMultipleInterpreters = 3;

    public int Slot;
    public void* Value;

    public PyTypeSlot(int slot, void* value)
    {
        Slot = slot;
        Value = value;
    }
}
