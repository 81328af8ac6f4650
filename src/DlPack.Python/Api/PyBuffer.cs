using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>Py_buffer</c>: a view of an object's memory. Strides are in bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyBuffer
{
    /// <summary>PyBUF_FULL_RO: whatever the object has, with format, strides and suboffsets.</summary>
    public const int AnyLayout = 0x11C;

    /// <summary>PyBUF_SIMPLE: bytes in a row.</summary>
    public const int Simple = 0;

    public const int Writable = 0x1;
    public const int WithFormat = 0x4;
    public const int WithShape = 0x8;
    public const int WithStrides = 0x10 | WithShape;
    public const int CContiguous = 0x20 | WithStrides;
    public const int FContiguous = 0x40 | WithStrides;
    public const int AnyContiguous = 0x80 | WithStrides;

    public void* Buf;

    /// <summary>The exporter, a reference; 0 in a released view.</summary>
    public nint Obj;

    /// <summary>In bytes.</summary>
    public nint Len;

    public nint ItemSize;
    public int ReadOnly;
    public int NDim;
    public byte* Format;
    public nint* Shape;
    public nint* Strides;
    public nint* SubOffsets;
    public void* Internal;
}
