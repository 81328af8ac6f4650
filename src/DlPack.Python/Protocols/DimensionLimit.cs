namespace DlPackNet.Python;

/// <summary>How many dimensions can come in.</summary>
internal static class DimensionLimit
{
    /// <summary>As many as NumPy has.</summary>
    public const int Most = 64;
}
