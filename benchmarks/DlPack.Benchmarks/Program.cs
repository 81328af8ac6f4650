// Measures what lending, borrowing and copying cost, each beside a peer in the same run, and says at the end which
// targets are met: dotnet run -c Release --project benchmarks/DlPack.Benchmarks [-- --filter '*Exchange*']
// With --in-process first, nothing is built, for a machine without the SDK. With --by-turns, exports and imports are
// measured by turns, for a machine that others use too.

using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using DlPackNet.Benchmarks;

try
{
    NativeFloor.Check();
}
catch (TypeInitializationException e) when (e.InnerException is InvalidOperationException reason)
{
    Console.Error.WriteLine(reason.Message);
    return 1;
}

if (args is ["--by-turns", .. string[] names])
{
    Turns turns = Turns.Run(names, typeof(ExchangeBenchmarks), typeof(ImportBenchmarks));
    Console.WriteLine(TargetTable.Describe(Targets.Of(turns)));
    return 0;
}

bool inProcess = args is ["--in-process", ..];
ManualConfig config = inProcess ? Measuring.Config(inProcess) : Measuring.Config(launches: 3);
if (!NumPy.IsThere)
{
    Console.WriteLine("There is no Python with NumPy (PYTHON can name one): its rows are left out.");
    config.AddFilter(new SimpleFilter(
        b => !b.Descriptor.WorkloadMethod.Name.StartsWith("NumPy", StringComparison.Ordinal)));
}

Console.WriteLine(TargetTable.Describe(Targets.Of(Measuring.Run(inProcess ? args[1..] : args, config))));
return 0;
