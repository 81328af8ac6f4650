namespace DlPackNet.Benchmarks;

/// <summary>A figure that the library wants to reach, or shows for comparison.</summary>
/// <param name="Name">What is measured, and in what unit.</param>
/// <param name="Limit">What it may be at most; not a number where it is shown only.</param>
/// <param name="Measured">What it is; not a number if it was not run.</param>
internal sealed record Target(string Name, double Limit, double Measured);
