namespace System.Diagnostics.CodeAnalysis;

/// <summary>
/// As .NET 9 and later have it: who compiles ahead of time takes a property for the constant that a switch is.
/// </summary>
/// <param name="switchName">The switch.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class FeatureSwitchDefinitionAttribute(string switchName) : Attribute
{
    /// <summary>The switch.</summary>
    public string SwitchName { get; } = switchName;
}
