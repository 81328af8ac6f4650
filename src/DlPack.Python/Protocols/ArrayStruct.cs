using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>PyArrayInterface</c>, which the capsule of <c>__array_struct__</c> carries.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ArrayStruct
{
    public const int NativeByteOrder = 0x200;
    public const int Writable = 0x400;

    /// <summary>2, to tell that it is one.</summary>
    public int Two;

    public int NDim;
    public byte TypeKind;

    /// <summary>In bytes.</summary>
    public int ItemSize;

    public int Flags;
    public nint* Shape;

    /// <summary>In bytes.</summary>
    public nint* Strides;

    public void* Data;
    public nint Description;
}
