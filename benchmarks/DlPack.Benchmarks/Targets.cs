using System.Text;
using BenchmarkDotNet.Reports;

namespace DlPackNet.Benchmarks;

/// <summary>What the library wants to reach beside its peers.</summary>
internal static class Targets
{
    /// <summary>A table of what was measured against each target; what was not run is left out.</summary>
    public static string Describe(IReadOnlyList<Summary> summaries)
    {
        var run = new Results(summaries);
        (string Target, double Limit, double Measured)[] rows =
        [
            ("raw export / C floor called from C#, at most", 2.5, run.Ratio("Exchange", "Raw", "FloorFromCSharp")),
            ("raw export / C floor within C, for comparison", double.NaN, run.Ratio("Exchange", "Raw", "FloorInC")),
            ("raw export: bytes allocated, at most", 0, run.Bytes("Exchange", "Raw")),
            ("raw export / Arrow's managed buffer, at most", 0.2, run.Ratio("Exchange", "Raw", "ArrowManaged")),
            ("raw export / Arrow's native buffer, at most", 0.2, run.Ratio("Exchange", "Raw", "ArrowNative")),
            ("safe path / raw export, at most", 5, run.Ratio("Exchange", "Safe", "Raw")),
            ("safe path: bytes allocated, at most", 250, run.Bytes("Exchange", "Safe")),
            ("import - C floor in ns, at most", 150,
                run.Nanoseconds("Import", "Import") - run.Nanoseconds("Import", "FloorFromCSharp")),
            ("raw export of 1 GiB / of 64 B, at most", 1.1, run.Ratio("Size", "Large", "Small")),
            ("copy / Buffer.MemoryCopy, fresh memory, at most", 1.1,
                run.Ratio("Copy", "CapsuleOfCopy", "MemoryCopyToFresh")),
            ("copy / Buffer.MemoryCopy, warm memory, at most", 1.1, run.Ratio("Copy", "CopyTo", "MemoryCopyToWarm")),
            ("transposed copy / NumPy, fresh memory, at most", 1, run.Ratio("Transpose", "Copy", "NumPyToFresh")),
            ("transposed copy / NumPy, warm memory, at most", 1, run.Ratio("Transpose", "CopyTo", "NumPyToWarm")),
        ];

        var text = new StringBuilder("\nBy the median of each row's iterations:\n\n| target | limit | measured | |\n|---|---|---|---|\n");
        foreach ((string target, double limit, double measured) in rows)
        {
            if (!double.IsNaN(measured))
            {
                string verdict = double.IsNaN(limit) ? string.Empty : measured <= limit ? "met" : "MISSED";
                string limitText = double.IsNaN(limit) ? string.Empty : $"{limit:0.##}";
                text.AppendLine(FormattableString.Invariant($"| {target} | {limitText} | {measured:0.##} | {verdict} |"));
            }
        }

        return text.ToString();
    }

    /// <summary>Looks figures up; what was not measured is not a number.</summary>
    private sealed class Results(IReadOnlyList<Summary> summaries)
    {
        public double Nanoseconds(string benchmark, string method) =>
            Find(benchmark, method)?.ResultStatistics?.Median ?? double.NaN;

        public double Ratio(string benchmark, string method, string peer) =>
            Nanoseconds(benchmark, method) / Nanoseconds(benchmark, peer);

        public double Bytes(string benchmark, string method)
        {
            BenchmarkReport? report = Find(benchmark, method);
            return report?.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? double.NaN;
        }

        private BenchmarkReport? Find(string benchmark, string method) => summaries
            .SelectMany(summary => summary.Reports)
            .FirstOrDefault(report => report.BenchmarkCase.Descriptor.Type.Name == benchmark + "Benchmarks"
                && report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method);
    }
}
