using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>C's <c>PyMethodDef</c>: a function of a module or a type. A zeroed one ends the list.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyMethodDef
{
    /// <summary>METH_FASTCALL | METH_KEYWORDS.</summary>
    public const int FastCallWithKeywords = 0x80 | 0x2;

    /// <summary>METH_NOARGS.</summary>
    public const int NoArguments = 0x4;

    /// <summary>METH_O.</summary>
    public const int OneArgument = 0x8;

    public byte* Name;
    public void* Function;
    public int Flags;
    public byte* Doc;
}
