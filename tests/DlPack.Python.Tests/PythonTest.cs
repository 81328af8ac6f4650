using DlPackNet.Python.TestHost;
using DlPackNet.Tests;
using FluentAssertions;

namespace DlPackNet.Python.Tests;

/// <summary>
/// Tests each of which has the GIL at first, and must leave nothing live behind, in .NET or in Python.
/// </summary>
public abstract class PythonTest : IDisposable
{
    private readonly LiveCounts _before;
    private readonly long _objectsBefore;
    private int? _gil;

    /// <summary>Begins with the GIL.</summary>
    protected PythonTest()
    {
        Requires.Python();
        EmbeddedPython.Run("import gc, sys; gc.collect()");
        _before = LiveCounts.AfterFinalizers();
        DlPackPython.ReleasePending();
        _objectsBefore = DlPackPython.LiveObjects;
        _gil = EmbeddedPython.Enter();
    }

    /// <summary>What this test has made and not given back yet.</summary>
    private protected LiveCounts Live => LiveCounts.Now - _before;

    /// <summary>The Python tensors that this test has made and that are still there.</summary>
    protected long LiveTensors => DlPackPython.LiveObjects - _objectsBefore;

    /// <summary>Fails the test if something is still live.</summary>
    public void Dispose()
    {
        LeaveGil();
        EmbeddedPython.Run("for name in ('dl', 'x', 'y', 'c'): globals().pop(name, None)\ngc.collect()");
        DlPackPython.ReleasePending();
        LiveTensors.Should().Be(0, "a test leaves no tensor in Python");
        (LiveCounts.Now - _before).Should().Be(default(LiveCounts), "a test leaves nothing live");
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets others have the GIL from here on.</summary>
    protected void LeaveGil()
    {
        if (_gil is { } state)
        {
            EmbeddedPython.Leave(state);
            _gil = null;
        }
    }

    /// <summary>Runs statements in Python.</summary>
    protected static void Run(string code) => EmbeddedPython.Run(code);

    /// <summary>The tensor of the value of a Python expression.</summary>
    protected static DlPackObject FromPython(string expression, bool? copy = null)
    {
        nint item = EmbeddedPython.Evaluate(expression);
        try
        {
            return DlPack.FromPython(item, copy: copy);
        }
        finally
        {
            EmbeddedPython.Drop(item);
        }
    }

    /// <summary>Lends a tensor to Python under a name.</summary>
    protected static void Lend(string name, DlPackObject tensor) => EmbeddedPython.Name(name, tensor.ToPython());

    /// <summary>The value of a Python expression that is a whole number.</summary>
    protected static long Number(string expression) => EmbeddedPython.EvaluateNumber(expression);
}
