using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace DlPackNet.Benchmarks;

/// <summary>How all benchmarks are measured.</summary>
internal static class Measuring
{
    /// <summary>Short iterations, many of them, with the fastest one and the median shown.</summary>
    /// <param name="inProcess">Whether to measure here, where no program can be built for each benchmark.</param>
    /// <param name="launches">
    /// In how many processes each benchmark runs: code and memory lie elsewhere in each, which moves small figures.
    /// </param>
    public static ManualConfig Config(bool inProcess = false, int launches = 1)
    {
        // On a machine that others use too, what disturbs a few of many short iterations does not move their median.
        Job job = Job.Default.WithLaunchCount(launches).WithWarmupCount(20).WithIterationCount(50)
            .WithIterationTime(TimeInterval.FromMilliseconds(20));
        if (inProcess)
        {
            job = job.WithToolchain(InProcessEmitToolchain.Instance);
        }

        return DefaultConfig.Instance
            .AddJob(job)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumn(StatisticColumn.Min, StatisticColumn.Median)
            .HideColumns("Error", "Gen0", "Gen1", "Gen2", "Alloc Ratio");
    }

    /// <summary>Runs this program's benchmarks, or those that the command line asks for.</summary>
    public static Results Run(string[] args, IConfig config)
    {
        string[] all = ["--filter", "*"];
        IEnumerable<Summary> summaries =
            BenchmarkSwitcher.FromAssembly(typeof(Measuring).Assembly).Run(args.Length == 0 ? all : args, config);
        return new BenchmarkResults([.. summaries]);
    }
}
