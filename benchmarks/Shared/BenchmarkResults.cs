using BenchmarkDotNet.Reports;

namespace DlPackNet.Benchmarks;

/// <summary>Figures of BenchmarkDotNet, each the median of its iterations.</summary>
internal sealed class BenchmarkResults(IReadOnlyList<Summary> summaries) : Results
{
    public override double Nanoseconds(string benchmark, string method) =>
        Find(benchmark, method)?.ResultStatistics?.Median ?? double.NaN;

    public override double Nanoseconds(string benchmark, string method, string parameter) =>
        Find(benchmark, method, parameter)?.ResultStatistics?.Median ?? double.NaN;

    public override double Bytes(string benchmark, string method)
    {
        BenchmarkReport? report = Find(benchmark, method);
        return report?.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? double.NaN;
    }

    private BenchmarkReport? Find(string benchmark, string method, string? parameter = null) => summaries
        .SelectMany(summary => summary.Reports)
        .FirstOrDefault(report => report.BenchmarkCase.Descriptor.Type.Name == benchmark + "Benchmarks"
            && report.BenchmarkCase.Descriptor.WorkloadMethod.Name == method
            && (parameter is null || report.BenchmarkCase.Parameters.Items.Any(item => item.Value.Equals(parameter))));
}
