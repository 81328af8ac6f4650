namespace DlPackNet.Lifetime;

/// <summary>
/// Tells nothing: on the runtimes in support that need to be told, another asset of the library runs.
/// </summary>
internal static class ForkedChild
{
    /// <summary>Never true.</summary>
    public static bool IsHere => false;
}
