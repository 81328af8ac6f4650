using DlPackNet.Tests.Lifetime;
using FluentAssertions;

namespace DlPackNet.Tests.Native;

/// <summary>Exchanges with the C peer, after each of which neither side has more than before.</summary>
public abstract class PeerLeakCheckedTests : LeakCheckedTests
{
    private readonly long _tensorsBefore = NativePeer.LiveTensors;
    private readonly long _callsBefore = NativePeer.DeleterCalls;

    /// <summary>How often the test's own tensors from C have been deleted.</summary>
    private protected long PeerDeletions => NativePeer.DeleterCalls - _callsBefore;

    private protected override void CheckLeaks()
    {
        base.CheckLeaks();
        (NativePeer.LiveTensors - _tensorsBefore).Should().Be(0, "each tensor from C was deleted");
    }
}
