using System.Diagnostics;
using System.Linq.Expressions;
using System.Reflection;
using BenchmarkDotNet.Attributes;

namespace DlPackNet.Benchmarks;

/// <summary>
/// Measures the methods of a class by turns: each has a short turn in each of many rounds. On a machine that others use
/// too, what slows one slows all, so that their ratios hold where BenchmarkDotNet, which measures one after the other,
/// finds one in a fast moment and its peer in a slow one.
/// </summary>
internal sealed class Turns : Results
{
    private const int Rounds = 501;
    private static readonly TimeSpan _turn = TimeSpan.FromMicroseconds(200);

    private readonly Dictionary<(string Benchmark, string Method), Measured> _all = [];

    /// <summary>Measures all benchmarks of each class, and prints what they took.</summary>
    /// <param name="names">Those classes to take, without "Benchmarks" at the end; none for all.</param>
    /// <param name="benchmarks">Classes of benchmarks without parameters.</param>
    public static Turns Run(string[] names, params Type[] benchmarks)
    {
        var turns = new Turns();
        foreach (Type type in benchmarks.Where(type => names.Length == 0 || names.Contains(NameOf(type))))
        {
            turns.Add(type);
        }

        return turns;
    }

    public override double Nanoseconds(string benchmark, string method) =>
        Find(benchmark, method) is { } found ? Median(found.Times) : double.NaN;

    public override double Nanoseconds(string benchmark, string method, string parameter) => double.NaN;

    public override double Bytes(string benchmark, string method) => Find(benchmark, method)?.Bytes ?? double.NaN;

    public override double Ratio(string benchmark, string method, string peer) =>
        OfEachRound(benchmark, method, peer, (own, other) => own / other);

    public override double Difference(string benchmark, string method, string peer) =>
        OfEachRound(benchmark, method, peer, (own, other) => own - other);

    private static string NameOf(Type type) => type.Name.Replace("Benchmarks", string.Empty, StringComparison.Ordinal);

    private static double Median(IEnumerable<double> times) => times.Order().ElementAt(Rounds / 2);

    private double OfEachRound(string benchmark, string method, string peer, Func<double, double, double> compare) =>
        Find(benchmark, method) is { } own && Find(benchmark, peer) is { } other
            ? Median(own.Times.Zip(other.Times, compare))
            : double.NaN;

    private Measured? Find(string benchmark, string method) => _all.GetValueOrDefault((benchmark, method));

    private void Add(Type type)
    {
        object instance = Activator.CreateInstance(type)!;
        Call<GlobalSetupAttribute>(instance);
        Measured[] measured = [.. type.GetMethods().Where(HasAttribute<BenchmarkAttribute>).Select(
            method => new Measured(method, Calls(instance, method)))];
        foreach (Measured method in measured)
        {
            method.WarmUp();
        }

        for (int i = 0; i < Rounds; i++)
        {
            foreach (Measured method in measured)
            {
                method.TakeTurn();
            }
        }

        string name = NameOf(type);
        Console.WriteLine($"\n{name}, {Rounds} rounds, ns: fastest, median; bytes of the managed heap");
        foreach (Measured method in measured)
        {
            _all.Add((name, method.Name), method);
            double median = Median(method.Times);
            Console.WriteLine(FormattableString.Invariant(
                $"  {method.Description,-75} {method.Times.Min(),8:0.0} {median,8:0.0} {method.Bytes,6:0}"));
        }

        Call<GlobalCleanupAttribute>(instance);
    }

    // A loop over direct calls, compiled for the method: a delegate per call would cost as much as a C floor.
    private static Action<int> Calls(object instance, MethodInfo method)
    {
        ParameterExpression left = Expression.Parameter(typeof(int));
        LabelTarget end = Expression.Label();
        return Expression.Lambda<Action<int>>(
            Expression.Loop(
                Expression.IfThenElse(
                    Expression.GreaterThanOrEqual(Expression.PreDecrementAssign(left), Expression.Constant(0)),
                    Expression.Call(Expression.Constant(instance), method),
                    Expression.Break(end)),
                end),
            left).Compile();
    }

    private static void Call<TAttribute>(object instance)
        where TAttribute : Attribute =>
        instance.GetType().GetMethods().SingleOrDefault(HasAttribute<TAttribute>)?.Invoke(instance, null);

    private static bool HasAttribute<TAttribute>(MethodInfo method)
        where TAttribute : Attribute => method.GetCustomAttribute<TAttribute>() is not null;

    /// <summary>One method, and what its turns took.</summary>
    private sealed class Measured(MethodInfo method, Action<int> calls)
    {
        private readonly BenchmarkAttribute _attribute = method.GetCustomAttribute<BenchmarkAttribute>()!;
        private readonly List<double> _times = new(Rounds);
        private int _count = 1;

        public string Name => method.Name;

        public string Description => _attribute.Description ?? Name;

        /// <summary>The nanoseconds of one operation in each round.</summary>
        public IReadOnlyList<double> Times => _times;

        public double Bytes { get; private set; }

        private double Operations => (double)_count * _attribute.OperationsPerInvoke;

        /// <summary>Has everything compiled for good, and finds how many calls make a turn.</summary>
        public void WarmUp()
        {
            var clock = Stopwatch.StartNew();
            while (clock.Elapsed < TimeSpan.FromSeconds(0.5))
            {
                long start = Stopwatch.GetTimestamp();
                calls(_count);
                if (Stopwatch.GetElapsedTime(start) < _turn)
                {
                    _count++;
                }
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            calls(_count);
            Bytes = (GC.GetAllocatedBytesForCurrentThread() - before) / Operations;
        }

        public void TakeTurn()
        {
            long start = Stopwatch.GetTimestamp();
            calls(_count);
            _times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / Operations);
        }
    }
}
