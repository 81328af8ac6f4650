namespace DlPackNet.MatrixTests;

/// <summary>
/// Some libraries need a newer system than others do. A run that has another one for them says so by
/// <c>DLPACK_TESTS_TORCHSHARP=elsewhere</c>.
/// </summary>
internal static class Debian13
{
    /// <summary>For the table of libraries.</summary>
    public const string Where = "on Debian 13, by `eng/in-trixie.sh`";

    /// <summary>Whether another run has them.</summary>
    public static bool IsElsewhere => Environment.GetEnvironmentVariable("DLPACK_TESTS_TORCHSHARP") == "elsewhere";
}
