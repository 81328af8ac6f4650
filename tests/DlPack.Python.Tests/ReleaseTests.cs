using System.Runtime.CompilerServices;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Python.Tests;

public sealed class ReleaseTests : PythonTest
{
    [Fact]
    public void A_thread_without_the_lock_lets_go_at_once()
    {
        Run("x = bytearray(b'abc')");
        DlPackObject tensor = FromPython("x");
        LeaveGil();
        var thread = new Thread(tensor.Dispose);
        thread.Start();
        thread.Join();
        LiveTensors.Should().Be(0);
        DlPackPython.PendingReleases.Should().Be(0);
    }

    [Fact]
    public void The_finalizer_never_waits_for_the_lock()
    {
        Run("x = bytearray(b'abc')");
        Forget();

        // This thread has the lock and waits for the finalizer: if that waited for the lock, neither would go on.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        DlPackPython.PendingReleases.Should().Be(1);
        LiveTensors.Should().Be(1);
        DlPackPython.ReleasePending();
        DlPackPython.PendingReleases.Should().Be(0);
        LiveTensors.Should().Be(0);
        Run("x.append(1)");
    }

    [Fact]
    public void Python_itself_drops_what_waits()
    {
        Run("x = bytearray(b'abc')");
        Forget();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        DlPackPython.PendingReleases.Should().Be(1);

        // Python looks for pending calls between statements of its main thread, which this is not always: so ask it.
        LeaveGil();
        Run("for i in range(10000): pass");
        DlPackPython.ReleasePending();
        LiveTensors.Should().Be(0);
    }

    [Fact]
    public void Many_threads_borrow_and_let_go()
    {
        Run("x = bytearray(1000)");
        long before = Number("sys.getrefcount(x)");
        nint item = TestHost.EmbeddedPython.Evaluate("x");
        LeaveGil();
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            for (int i = 0; i < 500; i++)
            {
                using DlPackObject tensor = DlPack.FromPython(item);
                using DlPackObject second = tensor.AsDlPack();
                TestHost.EmbeddedPython.DropFromOutside(second.ToPython());
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Run($"assert sys.getrefcount(x) == {before + 1}");
        TestHost.EmbeddedPython.DropFromOutside(item);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget() => _ = FromPython("x");
}
