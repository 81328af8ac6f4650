using BenchmarkDotNet.Reports;

namespace DlPackNet.Benchmarks;

/// <summary>Looks figures up, each the median of its iterations; what was not measured is not a number.</summary>
internal sealed class Results(IReadOnlyList<Summary> summaries)
{
    /// <summary>The nanoseconds of one call.</summary>
    public double Nanoseconds(string benchmark, string method) =>
        Find(benchmark, method)?.ResultStatistics?.Median ?? double.NaN;

    /// <summary>The nanoseconds of one call with a parameter.</summary>
    public double Nanoseconds(string benchmark, string method, string parameter) =>
        Find(benchmark, method, parameter)?.ResultStatistics?.Median ?? double.NaN;

    /// <summary>How many times as long as the peer a method takes.</summary>
    public double Ratio(string benchmark, string method, string peer) =>
        Nanoseconds(benchmark, method) / Nanoseconds(benchmark, peer);

    /// <summary>The bytes of the managed heap that one call takes.</summary>
    public double Bytes(string benchmark, string method)
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
