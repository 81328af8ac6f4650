namespace DlPackNet.Lifetime;

/// <summary>Tells nothing: what there is to tell, only newer runtimes have to know.</summary>
internal static class ForkedChild
{
    /// <summary>Never true.</summary>
    public static bool IsHere => false;
}
