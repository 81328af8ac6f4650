namespace DlPackNet.AdapterTests;

/// <summary>How a library's buffer lies in memory.</summary>
public enum Layout
{
    /// <summary>Row-major without gaps.</summary>
    Compact,

    /// <summary>A part of something larger: it starts inside of it, and rows have gaps between them.</summary>
    Sliced,

    /// <summary>Two neighbouring dimensions are exchanged.</summary>
    Transposed,
}
