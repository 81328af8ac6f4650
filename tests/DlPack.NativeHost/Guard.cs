namespace DlPackNet.NativeHost;

/// <summary>The line that no exception may cross into C.</summary>
internal static class Guard
{
    /// <summary>What a function returns, or 0 if it throws one of the exceptions that the library promises.</summary>
    public static nint Try(Func<nint> function)
    {
        try
        {
            return function();
        }
        catch (Exception e) when (e is DlPackException or ArgumentException)
        {
            return 0;
        }
    }
}
