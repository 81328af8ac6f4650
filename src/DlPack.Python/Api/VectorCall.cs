namespace DlPackNet.Python;

/// <summary>The count of a vectorcall's arguments.</summary>
internal static class VectorCall
{
    // PY_VECTORCALL_ARGUMENTS_OFFSET: the place in front of the arguments may be used for the call.
    private const ulong FreePlaceInFront = 0x8000_0000_0000_0000;

    /// <summary>An object and no arguments but those with names, behind a free place.</summary>
    public static nuint SelfOnly => unchecked((nuint)(FreePlaceInFront | 1));
}
