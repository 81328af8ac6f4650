using System.Reflection;

namespace DlPackNet.Tests;

/// <summary>Which of the library's assets this test project was built against.</summary>
internal static class TestedAsset
{
    /// <summary>"net10.0", "net8.0" or "netstandard2.0".</summary>
    public static string Moniker { get; } = Metadata("DlPackAsset")
        ?? throw new InvalidOperationException("The project file says no DlPackAsset.");

    /// <summary>Whether it is the asset without <c>Half</c>, <c>NativeMemory</c> and other newer types.</summary>
    public static bool IsNetStandard => Moniker == "netstandard2.0";

    /// <summary>What the project file recorded under a key, or null where it recorded nothing.</summary>
    public static string? Metadata(string key) => typeof(TestedAsset).Assembly
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(attribute => attribute.Key == key)?.Value;
}
