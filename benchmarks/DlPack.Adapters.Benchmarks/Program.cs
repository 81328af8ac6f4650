// Measures what each adapter costs beside its library's own wrapping call, and handing 1 GiB over beside copying it:
// dotnet run -c Release --project benchmarks/DlPack.Adapters.Benchmarks [-- --filter '*OnnxRuntime*']

using DlPackNet.Benchmarks;

Results run = Measuring.Run(args, Measuring.Config());
Console.WriteLine(TargetTable.Describe(
[
    .. DotNetTargets.Of(run),
    .. OnnxRuntimeTargets.Of(run),
]));
