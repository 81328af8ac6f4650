using FluentAssertions;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Tests after each of which, and a garbage collection, as much is live as before.</summary>
public abstract class LeakCheckedTests : IDisposable
{
    private readonly LiveCounts _before;

    protected LeakCheckedTests()
    {
        Collect.Everything();
        _before = LiveCounts.Now;
    }

    /// <summary>What the test has made so far, less what has been released.</summary>
    private protected LiveCounts Live => LiveCounts.Now - _before;

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        CheckLeaks();
    }

    /// <summary>Fails if anything is left over.</summary>
    private protected virtual void CheckLeaks()
    {
        Collect.Everything();
        Live.Should().Be(default(LiveCounts));
    }
}
