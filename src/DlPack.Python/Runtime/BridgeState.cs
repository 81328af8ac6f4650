namespace DlPackNet.Python;

/// <summary>
/// What every call looks at. Nothing here is initialized, so that looking does not check first whether it has been.
/// </summary>
internal static class BridgeState
{
    /// <summary>Which start of Python this is: what belongs to an earlier one must not be touched.</summary>
    public static int Generation;

    /// <summary>Whether Python has begun to end: from here on only who has the GIL already may work with it.</summary>
    public static volatile bool IsClosing;

    /// <summary>How many references wait in the <see cref="ReleaseQueue"/>.</summary>
    public static volatile int Queued;
}
