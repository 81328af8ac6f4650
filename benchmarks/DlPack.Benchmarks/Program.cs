// Measures what lending, borrowing and copying cost, each beside a peer in the same run, and says at the end which
// targets are met: dotnet run -c Release --project benchmarks/DlPack.Benchmarks [-- --filter '*Exchange*']

using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Filters;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using DlPackNet.Benchmarks;
using Perfolizer.Horology;

try
{
    NativeFloor.Check();
}
catch (TypeInitializationException e) when (e.InnerException is InvalidOperationException reason)
{
    Console.Error.WriteLine(reason.Message);
    return 1;
}

// Short iterations, many of them: on a machine that others use too, the fastest ones are those that nobody disturbed.
Job job = Job.Default.WithWarmupCount(20).WithIterationCount(50).WithIterationTime(TimeInterval.FromMilliseconds(20));
ManualConfig config = DefaultConfig.Instance
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumn(StatisticColumn.Min)
    .HideColumns("Error", "Gen0", "Gen1", "Gen2", "Alloc Ratio");
if (!NumPy.IsThere)
{
    Console.WriteLine("There is no Python with NumPy (PYTHON can name one): its rows are left out.");
    config.AddFilter(new SimpleFilter(
        b => !b.Descriptor.WorkloadMethod.Name.StartsWith("NumPy", StringComparison.Ordinal)));
}

string[] all = ["--filter", "*"];
IEnumerable<Summary> summaries =
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args.Length == 0 ? all : args, config);
Console.WriteLine(Targets.Describe([.. summaries]));
return 0;
