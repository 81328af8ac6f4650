using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace DlPackNet.Python;

/// <summary>Strings for C and from C.</summary>
internal static unsafe class Text
{
    /// <summary>The address of a UTF-8 literal, which ends with a zero byte and never moves.</summary>
    public static byte* Literal(ReadOnlySpan<byte> literal) =>
        (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(literal));

    /// <summary>Whether a C string is the same as a literal.</summary>
    public static bool Is(byte* text, ReadOnlySpan<byte> literal) =>
        text is not null && MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text).SequenceEqual(literal);

    /// <summary>The C string as a .NET one.</summary>
    public static string From(byte* text) =>
        text is null ? "NULL" : Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text));
}
