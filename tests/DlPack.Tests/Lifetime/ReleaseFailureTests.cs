using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>What goes wrong in a release is reported, and never reaches native code or ends the process.</summary>
public sealed unsafe class ReleaseFailureTests : LeakCheckedTests
{
    private readonly CountedMemory _memory = new();

    [Fact]
    public void A_callback_that_throws_is_reported_and_dispose_returns()
    {
        using var failures = new ReleaseFailures();

        Faulty("on dispose").Dispose();

        failures.Seen.Should().ContainSingle().Which.Message.Should().Be("on dispose");
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_callback_that_throws_in_a_deleter_is_reported_on_the_native_thread()
    {
        Requires.CCompiler();
        using var failures = new ReleaseFailures();
        DLManagedTensorVersioned* tensor;
        using (DlPackObject lender = Faulty("on a native thread"))
        {
            tensor = DlPack.Export(lender);
        }

        NativePeer.DeleteOnThread(tensor);

        failures.Seen.Should().ContainSingle().Which.Message.Should().Be("on a native thread");
        failures.SeenOn.Should().NotContain(Environment.CurrentManagedThreadId);
    }

    [Fact]
    public void A_callback_that_throws_on_the_finalizer_thread_is_reported_and_the_process_lives()
    {
        using var failures = new ReleaseFailures();
        Forget(() => _ = Faulty("of a forgotten object"));
        Forget(() =>
        {
            using DlPackObject lender = Faulty("of a forgotten capsule");
            _ = lender.Dlpack();
        });

        Collect.Everything();

        failures.Seen.Select(e => e.Message).Should()
            .BeEquivalentTo("of a forgotten object", "of a forgotten capsule");
    }

    [Fact]
    public void An_owner_that_fails_to_unpin_is_reported_and_released_all_the_same()
    {
        using var failures = new ReleaseFailures();
        var owner = new FaultyUnpin(_memory);
        DlPackObject tensor = DlPack.AsDlPack(0, DLDataType.Float32, [6], owner: owner);

        tensor.Dlpack().Dispose();
        failures.Seen.Should().ContainSingle().Which.Message.Should().Be("unpin");
        tensor.Dispose();

        failures.Seen.Should().ContainSingle();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_handler_can_use_the_tensor_that_failed_to_unpin()
    {
        var owner = new FaultyUnpin(_memory);
        using DlPackObject tensor = DlPack.AsDlPack(0, DLDataType.Float32, [6], owner: owner);
        int reports = 0;
        DlPackDiagnostics.ReleaseFailed += LendAgain;
        try
        {
            var thread = new Thread(() => tensor.Dlpack().Dispose()) { IsBackground = true };
            thread.Start();
            thread.Join(TimeSpan.FromSeconds(20)).Should().BeTrue();
        }
        finally
        {
            DlPackDiagnostics.ReleaseFailed -= LendAgain;
        }

        reports.Should().Be(2);

        void LendAgain(Exception failure)
        {
            if (++reports == 1)
            {
                tensor.Dlpack().Dispose();
            }
        }
    }

    [Fact]
    public void A_deleter_that_is_called_twice_is_reported_and_does_nothing()
    {
        Requires.CCompiler();
        using var failures = new ReleaseFailures();
        DLManagedTensorVersioned* tensor;
        using (DlPackObject lender = _memory.Lend())
        {
            tensor = DlPack.Export(lender);
        }

        tensor->deleter(tensor);
        failures.Seen.Should().BeEmpty();
        tensor->deleter(tensor);
        NativePeer.DeleteOnThread(tensor);

        failures.Seen.Should().HaveCount(2).And.AllSatisfy(
            e => e.Should().BeOfType<InvalidOperationException>().Which.Message.Should().Contain("exactly once"));
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_deleter_that_is_called_with_null_does_nothing()
    {
        using var failures = new ReleaseFailures();
        DLManagedTensorVersioned* tensor = DlPack.Export(new float[1]);

        tensor->deleter(null);

        failures.Seen.Should().BeEmpty();
        tensor->deleter(tensor);
    }

    [Fact]
    public void Without_a_handler_the_failure_goes_to_standard_error()
    {
        var errors = new StringWriter();
        WithStandardError(errors, () => Faulty("nobody listens").Dispose());

        errors.ToString().Should().Contain("releasing a tensor failed").And.Contain("nobody listens");
    }

    [Fact]
    public void What_a_handler_throws_goes_to_standard_error_with_the_failure()
    {
        var errors = new StringWriter();
        Action<Exception> handler = _ => throw new NotSupportedException("the handler's own");
        DlPackDiagnostics.ReleaseFailed += handler;
        try
        {
            WithStandardError(errors, () => Faulty("the release's").Dispose());
        }
        finally
        {
            DlPackDiagnostics.ReleaseFailed -= handler;
        }

        errors.ToString().Should().Contain("the release's").And.Contain("the handler's own");
    }

    [Fact]
    public void A_standard_error_that_is_closed_does_not_end_the_process()
    {
        var errors = new StreamWriter(new MemoryStream());
        errors.Dispose();

        Action release = () => WithStandardError(errors, () => Faulty("nobody can listen").Dispose());

        release.Should().NotThrow();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_failure_that_cannot_be_put_into_words_does_not_end_the_process()
    {
        DlPackObject tensor = _memory.Lend(DlPackOwner.FromCallback(() => throw new UnspeakableException()));

        Action release = () => WithStandardError(TextWriter.Null, tensor.Dispose);

        release.Should().NotThrow();
    }

    private static void WithStandardError(TextWriter writer, Action action)
    {
        TextWriter before = Console.Error;
        Console.SetError(writer);
        try
        {
            action();
        }
        finally
        {
            Console.SetError(before);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Action action) => action();

    private DlPackObject Faulty(string message) => _memory.Lend(DlPackOwner.FromCallback(() =>
    {
        _memory.Release();
        throw new InvalidOperationException(message);
    }));

    private sealed class FaultyUnpin(CountedMemory memory) : DlPackPinnableOwner
    {
        protected override nint Pin() => memory.Address;

        protected override void Unpin() => throw new InvalidOperationException("unpin");

        protected override void Release() => memory.Release();
    }

    private sealed class UnspeakableException : Exception
    {
        public override string ToString() => throw new NotSupportedException("no words");
    }
}
