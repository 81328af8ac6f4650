namespace DlPackNet;

/// <summary>Messages that are given in more than one place.</summary>
internal static class Messages
{
    public const string Disposed =
        "The tensor has been disposed. Use it before Dispose, or keep another reference to its memory by "
        + "AsDlPack(DlPackObject) or AsMemory.";
}
