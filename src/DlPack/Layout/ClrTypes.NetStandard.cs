namespace DlPackNet.Layout;

/// <summary>Which types the runtime has that not all have.</summary>
internal static class ClrTypes
{
    /// <summary>Whether there is a type for half precision: .NET Framework and Mono have none.</summary>
    public static bool HasHalf { get; } = typeof(object).Assembly.GetType("System.Half") is not null;
}
