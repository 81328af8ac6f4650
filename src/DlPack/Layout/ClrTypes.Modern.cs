namespace DlPackNet.Layout;

/// <summary>Which types the runtime has that not all have.</summary>
internal static class ClrTypes
{
    /// <summary>Whether there is a type for half precision.</summary>
    public static bool HasHalf => true;
}
