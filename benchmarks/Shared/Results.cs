namespace DlPackNet.Benchmarks;

/// <summary>What was measured; what was not is not a number.</summary>
internal abstract class Results
{
    /// <summary>The nanoseconds of one call.</summary>
    public abstract double Nanoseconds(string benchmark, string method);

    /// <summary>The nanoseconds of one call with a parameter.</summary>
    public abstract double Nanoseconds(string benchmark, string method, string parameter);

    /// <summary>The bytes of the managed heap that one call takes.</summary>
    public abstract double Bytes(string benchmark, string method);

    /// <summary>How many times as long as the peer a method takes.</summary>
    public virtual double Ratio(string benchmark, string method, string peer) =>
        Nanoseconds(benchmark, method) / Nanoseconds(benchmark, peer);

    /// <summary>The nanoseconds that a method takes longer than the peer.</summary>
    public virtual double Difference(string benchmark, string method, string peer) =>
        Nanoseconds(benchmark, method) - Nanoseconds(benchmark, peer);
}
