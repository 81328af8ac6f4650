// Measures what each adapter costs beside its library's own wrapping call, and handing 1 GiB over beside copying it:
// dotnet run -c Release --project benchmarks/DlPack.Adapters.Benchmarks [-- --filter '*OnnxRuntime*']
// With --in-process first, nothing is built, for a machine without the SDK. With --by-turns, the adapters are measured
// by turns, for a machine that others use too: all, or those that are named, such as Arrow.

using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Filters;
using DlPackNet.Benchmarks;

// Where TorchSharp is, in a root of its own, nothing is built.
bool inProcess = args is ["--in-process", ..];
ManualConfig config = Measuring.Config(inProcess: inProcess || Libtorch.IsThere);
if (!Libtorch.IsThere)
{
    Console.WriteLine("TorchSharp is not here (eng/in-trixie.sh, DLPACK_TESTS_LIBTORCH=true): its rows are left out.");
    config.AddFilter(new SimpleFilter(b => b.Descriptor.Type != typeof(TorchSharpBenchmarks)));
}

Results run = args is ["--by-turns", .. string[] names]
    ? Turns.Run(names, ByTurns())
    : Measuring.Run(inProcess ? args[1..] : args, config);
Console.WriteLine(TargetTable.Describe(
[
    .. ArrowTargets.Of(run),
    .. DotNetTargets.Of(run),
    .. IlgpuTargets.Of(run),
    .. OnnxRuntimeTargets.Of(run),
    .. TorchSharpTargets.Of(run),
]));
Console.WriteLine(HandOverTable.Describe(run));

static Type[] ByTurns() =>
[
    typeof(ArrowBenchmarks),
    typeof(DotNetBenchmarks),
    typeof(IlgpuBenchmarks),
    typeof(OnnxRuntimeBenchmarks),
    .. Libtorch.IsThere ? [typeof(TorchSharpBenchmarks)] : Type.EmptyTypes,
];
