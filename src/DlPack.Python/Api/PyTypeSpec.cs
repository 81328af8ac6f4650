using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>PyType_Spec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyTypeSpec
{
    /// <summary>Py_TPFLAGS_DEFAULT.</summary>
    public const uint DefaultFlags = 1u << 18;

    public byte* Name;
    public int BasicSize;
    public int ItemSize;
    public uint Flags;
    public PyTypeSlot* Slots;
}
