using System.Text;

namespace DlPackNet.Benchmarks;

/// <summary>Says which targets are met.</summary>
internal static class TargetTable
{
    /// <summary>A table of what was measured against each target; what was not run is left out.</summary>
    public static string Describe(IEnumerable<Target> targets)
    {
        var text = new StringBuilder(
            "\nBy medians:\n\n| target | limit | measured | |\n|---|---|---|---|\n");
        foreach ((string name, double limit, double measured) in targets)
        {
            if (!double.IsNaN(measured))
            {
                string verdict = double.IsNaN(limit) ? string.Empty : measured <= limit ? "met" : "MISSED";
                string limitText = double.IsNaN(limit) ? string.Empty : $"{limit:0.##}";
                text.AppendLine(
                    FormattableString.Invariant($"| {name} | {limitText} | {measured:0.####} | {verdict} |"));
            }
        }

        return text.ToString();
    }
}
