using System.Globalization;

namespace DlPackNet.Benchmarks;

/// <summary>Shows what handing 1 GiB over takes, by DLPack and by what users do today.</summary>
internal static class HandOverTable
{
    /// <summary>A table of all pairs; empty where they were not run.</summary>
    public static string Describe(Results run)
    {
        string[] names = [.. HandOverBenchmarks.Names];
        string[] rows =
        [
            .. from source in names
               select Row([source, .. names.Select(target => Cell(run, source, target))]),
        ];
        return rows.Any(row => row.Contains('/', StringComparison.Ordinal))
            ? string.Join(
                '\n',
                [
                    "\n1 GiB by DLPack / as users do today (ratio):\n",
                    Row(["from \\ to", .. names]),
                    Row(Enumerable.Repeat("---", names.Length + 1)),
                    .. rows,
                ])
            : string.Empty;
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |";

    private static string Cell(Results run, string source, string target)
    {
        string pair = HandOverBenchmarks.PairOf(source, target);
        double lend = run.Nanoseconds("HandOver", nameof(HandOverBenchmarks.Lend), pair);
        double copy = run.Nanoseconds("HandOver", nameof(HandOverBenchmarks.Copy), pair);
        return double.IsNaN(lend) || double.IsNaN(copy)
            ? string.Empty
            : string.Create(CultureInfo.InvariantCulture, $"{lend / 1e3:#,0} µs / {Time(copy)} ({copy / lend:#,0.#}x)");
    }

    private static string Time(double nanoseconds) => nanoseconds < 1e6
        ? string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0} µs")
        : string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:#,0} ms");
}
