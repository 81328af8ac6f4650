using System.Collections.Concurrent;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Work on several threads that begins at the same moment.</summary>
internal static class Threads
{
    /// <summary>Runs work on new threads, and ends when they have ended.</summary>
    /// <param name="count">How many threads.</param>
    /// <param name="work">What each does; it gets the number of its thread.</param>
    /// <exception cref="AggregateException">What the threads threw.</exception>
    public static void Run(int count, Action<int> work)
    {
        using var start = new Barrier(count);
        var failures = new ConcurrentQueue<Exception>();
        Thread[] threads = [.. Enumerable.Range(0, count).Select(i => new Thread(() =>
        {
            start.SignalAndWait();
            Catch(() => work(i), failures);
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Throw(failures);
    }

    /// <summary>Runs rounds of two pieces of work that begin each round at the same moment.</summary>
    /// <param name="rounds">How many rounds.</param>
    /// <param name="prepare">What comes before each round, alone.</param>
    /// <param name="first">One of the two.</param>
    /// <param name="second">The other.</param>
    /// <exception cref="AggregateException">What the work threw.</exception>
    public static void Race(int rounds, Action prepare, Action first, Action second)
    {
        using var line = new Barrier(2);
        int[] arrived = new int[2];
        var failures = new ConcurrentQueue<Exception>();
        Run(2, i =>
        {
            for (int round = 1; round <= rounds; round++)
            {
                if (i == 0)
                {
                    Catch(prepare, failures);
                }

                line.SignalAndWait();

                // One of the two was woken and is late: the other waits for it, awake.
                Volatile.Write(ref arrived[i], round);
                SpinWait.SpinUntil(() => Volatile.Read(ref arrived[1 - i]) >= round);
                Catch(i == 0 ? first : second, failures);
                line.SignalAndWait();
            }
        });
        Throw(failures);
    }

    private static void Catch(Action work, ConcurrentQueue<Exception> failures)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            failures.Enqueue(e);
        }
    }

    private static void Throw(ConcurrentQueue<Exception> failures)
    {
        if (!failures.IsEmpty)
        {
            throw new AggregateException(failures);
        }
    }
}
