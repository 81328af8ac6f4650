using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>PyType_Spec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyTypeSpec
{
    /// <summary>Py_TPFLAGS_DEFAULT.</summary>
    public const uint DefaultFlags = 1u << 18;

    /// <summary>Py_TPFLAGS_HAVE_GC: the collector of cycles looks into the type's objects.</summary>
    public const uint IsCollected = 1u << 14;

    public byte* Name;
    public int BasicSize;
    public int ItemSize;
    public uint Flags;
    public PyTypeSlot* Slots;
}
