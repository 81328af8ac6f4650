using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>Lists for C, which Python keeps pointers into and so are never freed.</summary>
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
}
