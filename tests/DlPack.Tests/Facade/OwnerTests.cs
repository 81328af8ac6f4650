using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using Microsoft.Win32.SafeHandles;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>What keeps a pointer's memory valid is released once, by the last borrower.</summary>
public sealed unsafe class OwnerTests : LeakChecked
{
    private static int _nativeReleases;

    [Fact]
    public void A_callback_runs_once_when_the_last_borrower_is_done()
    {
        int releases = 0;
        DlPackObject dl = Ints(DlPackOwner.FromCallback(() => releases++));
        var first = new Borrowed(dl);
        var second = new Borrowed(dl.Dlpack(maxVersion: new DLPackVersion(0, 1)));

        dl.Dispose();
        first.Dispose();
        releases.Should().Be(0);
        second.Dispose();
        releases.Should().Be(1);
        dl.Dispose();
        releases.Should().Be(1);
    }

    [Fact]
    public void A_native_callback_gets_its_context()
    {
        int released = _nativeReleases;
        DlPackObject dl = Ints(DlPackOwner.FromCallback(&ReleaseNatively, (void*)7));

        dl.Dispose();

        _nativeReleases.Should().Be(released + 7);
    }

    [Fact]
    public void A_disposable_is_disposed_once()
    {
        var stream = new MemoryStream();
        DlPackObject dl = Ints(DlPackOwner.FromDisposable(stream));
        using (new Borrowed(dl))
        {
            dl.Dispose();
            stream.CanRead.Should().BeTrue();
        }

        stream.CanRead.Should().BeFalse();
    }

    [Fact]
    public void A_safe_handle_stays_open_as_long_as_somebody_borrows()
    {
        var handle = new CountingHandle();
        DlPackObject dl = Ints(DlPackOwner.FromSafeHandle(handle));
        var borrowed = new Borrowed(dl);

        handle.Dispose();
        dl.Dispose();
        handle.Releases.Should().Be(0);
        borrowed.Dispose();
        handle.Releases.Should().Be(1);
    }

    [Fact]
    public void A_safe_handle_stays_the_callers()
    {
        using var handle = new CountingHandle();
        Ints(DlPackOwner.FromSafeHandle(handle)).Dispose();
        ((Action)(() => DlPack.AsDlPack((nint)8, DLDataType.Int8, [-1], owner: DlPackOwner.FromSafeHandle(handle))))
            .Should().Throw<ArgumentException>();

        handle.Releases.Should().Be(0);
        handle.IsClosed.Should().BeFalse();
        handle.Dispose();
        handle.Releases.Should().Be(1);
        ((Action)(() => Ints(DlPackOwner.FromSafeHandle(handle)))).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void An_owner_serves_one_tensor_and_says_how_to_make_a_second()
    {
        int releases = 0;
        DlPackOwner owner = DlPackOwner.FromCallback(() => releases++);
        using DlPackObject dl = Ints(owner);

        ((Action)(() => Ints(owner)))
            .Should().Throw<InvalidOperationException>().WithMessage("*AsDlPack(DlPackObject)*");
        releases.Should().Be(0);
        dl.Dispose();
        releases.Should().Be(1);
        ((Action)(() => Ints(owner))).Should().Throw<InvalidOperationException>("it has been released");
        releases.Should().Be(1);
    }

    [Fact]
    public void A_safe_handle_owner_that_serves_already_takes_no_second_hold()
    {
        var handle = new CountingHandle();
        DlPackOwner owner = DlPackOwner.FromSafeHandle(handle);
        DlPackObject dl = Ints(owner);
        ((Action)(() => Ints(owner))).Should().Throw<InvalidOperationException>();

        handle.Dispose();
        dl.Dispose();

        handle.Releases.Should().Be(1);
    }

    [Fact]
    public void A_callback_that_throws_is_reported_and_not_lost()
    {
        var reported = new List<Exception>();
        DlPackDiagnostics.ReleaseFailed += reported.Add;
        try
        {
            DlPackObject dl = Ints(DlPackOwner.FromCallback(() => throw new TimeoutException("stuck")));
            var borrowed = new Borrowed(dl);
            dl.Dispose();
            reported.Should().BeEmpty();
            borrowed.Dispose();
        }
        finally
        {
            DlPackDiagnostics.ReleaseFailed -= reported.Add;
        }

        reported.Should().ContainSingle().Which.Should().BeOfType<TimeoutException>();
    }

    [Fact]
    public void A_forgotten_tensor_is_released_by_its_finalizer()
    {
        int releases = 0;
        LeaveTheRestToFinalizers();
        Forget(() => releases++);

        LiveAfterFinalizers().Should().Be(default(LiveCounts));
        releases.Should().Be(1);
    }

    [Fact]
    public void Owners_of_nothing_are_refused()
    {
        ((Action)(() => DlPackOwner.FromCallback(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPackOwner.FromCallback(null, null))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPackOwner.FromDisposable(null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPackOwner.FromSafeHandle(null!))).Should().Throw<ArgumentNullException>();
    }

    // The consumers here never look at the elements, so that the address need not be one.
    private static DlPackObject Ints(DlPackOwner owner) =>
        DlPack.AsDlPack((nint)64, DLDataType.Int32, [4], owner: owner);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Action release)
    {
        DlPackObject dl = Ints(DlPackOwner.FromCallback(release));
        _ = DlPack.AsDlPack(dl, [2]);
        _ = dl.Dlpack();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ReleaseNatively(void* context) => _nativeReleases += (int)(nint)context;

    private sealed class CountingHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        public CountingHandle()
            : base(ownsHandle: true) => SetHandle(1);

        public int Releases { get; private set; }

        protected override bool ReleaseHandle()
        {
            Releases++;
            return true;
        }
    }
}
