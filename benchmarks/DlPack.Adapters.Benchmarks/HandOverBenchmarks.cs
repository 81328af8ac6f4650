using BenchmarkDotNet.Attributes;
using DlPackNet.Benchmarks.HandOver;

namespace DlPackNet.Benchmarks;

/// <summary>
/// Hands 1 GiB from each library to each other, where it lies, and by what users do today: the items in an array, and
/// the other library's tensor of it.
/// </summary>
[WarmupCount(1)]
[IterationCount(3)]
[InvocationCount(1, unrollFactor: 1)]
public class HandOverBenchmarks
{
    private static readonly Gigabyte[] _libraries =
    [
        new Arrays(), new HighPerformance(), new Tensors(), new Arrow(), new OnnxRuntime(), new Ilgpu(),
        .. Libtorch.IsThere ? [new Torch()] : Array.Empty<Gigabyte>(),
    ];

    private float[] _items = null!;
    private Gigabyte _from = null!;
    private Gigabyte _to = null!;
    private object _value = null!;
    private object? _copy;

    /// <summary>The names of the libraries, those that are here.</summary>
    public static IEnumerable<string> Names => _libraries.Select(library => library.Name);

    /// <summary>All pairs.</summary>
    public static IEnumerable<string> Pairs =>
        from source in Names from target in Names where source != target select PairOf(source, target);

    [ParamsSource(nameof(Pairs))]
    public string Pair { get; set; } = null!;

    /// <summary>The name of a pair.</summary>
    public static string PairOf(string source, string target) => $"{source} to {target}";

    [GlobalSetup]
    public void Setup()
    {
        string[] names = Pair.Split(" to ");
        _from = _libraries.Single(library => library.Name == names[0]);
        _to = _libraries.Single(library => library.Name == names[1]);
        _items = Gigabyte.Items(last: 7);
    }

    // What lends a value may take it over, so each time gets its own.
    [IterationSetup]
    public void Make() => _value = _from.CopyIn(_items);

    // To free 1 GiB takes its time, whoever does it.
    [IterationCleanup]
    public void Free()
    {
        (_value as IDisposable)?.Dispose();
        (_copy as IDisposable)?.Dispose();
        _value = null!;
        _copy = null;
        GC.Collect();
    }

    [Benchmark]
    public void Lend()
    {
        using DlPackObject tensor = _from.Lend(_value);
        if (_to.Take(tensor) != 7)
        {
            throw new InvalidOperationException($"{Pair}: the view shows other memory.");
        }
    }

    [Benchmark]
    public void Copy() => _copy = _to.CopyIn(_from.CopyOut(_value));
}
