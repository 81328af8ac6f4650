using FluentAssertions;

namespace DlPackNet.Tests.Facade;

/// <summary>
/// Tests each of which must leave nothing live behind. What a test makes it also gives back itself: the finalizers
/// clean up only where the test says that it leaves something to them.
/// </summary>
public abstract class LeakChecked : IDisposable
{
    private readonly LiveCounts _before = LiveCounts.AfterFinalizers();
    private readonly List<Action> _atEnd = [];
    private bool _leftToFinalizers;

    /// <summary>What this test has made and not given back yet.</summary>
    private protected LiveCounts Live => LiveCounts.Now - _before;

    /// <summary>Fails the test if something is still live.</summary>
    public void Dispose()
    {
        _atEnd.ForEach(undo => undo());
        LiveCounts after = _leftToFinalizers ? LiveCounts.AfterFinalizers() : LiveCounts.Now;
        (after - _before).Should().Be(default(LiveCounts), "a test leaves nothing live");
        GC.SuppressFinalize(this);
    }

    /// <summary>Has something undone after the test, however it ends.</summary>
    protected void AtEnd(Action undo) => _atEnd.Add(undo);

    /// <summary>Says that something is released only when it is collected, as with memory that was given out.</summary>
    protected void LeaveTheRestToFinalizers() => _leftToFinalizers = true;

    /// <summary>What is live once all garbage has been finalized.</summary>
    private protected LiveCounts LiveAfterFinalizers() => LiveCounts.AfterFinalizers() - _before;
}
