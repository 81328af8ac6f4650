using System.Collections.Concurrent;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Listens for releases that failed, from whatever thread, until disposed.</summary>
internal sealed class ReleaseFailures : IDisposable
{
    private readonly ConcurrentQueue<(Exception Failure, int Thread)> _seen = new();

    public ReleaseFailures() => DlPackDiagnostics.ReleaseFailed += Add;

    /// <summary>What was reported so far.</summary>
    public IReadOnlyList<Exception> Seen => [.. _seen.Select(item => item.Failure)];

    /// <summary>The managed ids of the threads that it was reported on.</summary>
    public IReadOnlyList<int> SeenOn => [.. _seen.Select(item => item.Thread)];

    public void Dispose() => DlPackDiagnostics.ReleaseFailed -= Add;

    private void Add(Exception failure) => _seen.Enqueue((failure, Environment.CurrentManagedThreadId));
}
