using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>An owner is taken over when <c>AsDlPack</c> succeeds, and stays the caller's when it throws.</summary>
public sealed class OwnerTakeOverTests : LeakCheckedTests
{
    private readonly CountedMemory _memory = new();

    [Fact]
    public void A_layout_that_does_not_fit_leaves_owned_memory_to_the_caller()
    {
        var owner = new CountedOwner<float>(6);

        Action tooLarge = () => DlPack.AsDlPack(owner, [7]);
        Action wrongType = () => DlPack.AsDlPack(owner, DLDataType.Float64);

        tooLarge.Should().Throw<ArgumentException>();
        wrongType.Should().Throw<ArgumentException>();
        Collect.Everything();
        owner.Disposals.Should().Be(0);

        DlPack.AsDlPack(owner, [2, 3]).Dispose();
        owner.Disposals.Should().Be(1);
    }

    [Fact]
    public void Arguments_that_make_no_sense_leave_the_owner_to_the_caller()
    {
        DlPackOwner owner = DlPackOwner.FromCallback(_memory.Release);

        Action[] failing =
        [
            () => DlPack.AsDlPack(_memory.Address, new DLDataType(DLDataTypeCode.kDLFloat, 0), [6], owner: owner),
            () => DlPack.AsDlPack(_memory.Address, DLDataType.Float32, [-1], owner: owner),
            () => DlPack.AsDlPack(_memory.Address, DLDataType.Float32, [6], strides: [1, 1], owner: owner),
            () => DlPack.AsDlPack(_memory.Address, DLDataType.Float32, [long.MaxValue], owner: owner),
            () => DlPack.AsDlPack(0, DLDataType.Float32, [6], owner: owner),
        ];

        failing.Should().AllSatisfy(act => act.Should().Throw<ArgumentException>());
        Collect.Everything();
        _memory.Releases.Should().Be(0);

        _memory.Lend(owner).Dispose();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void An_owner_serves_one_tensor_at_a_time()
    {
        DlPackOwner owner = DlPackOwner.FromCallback(_memory.Release);
        using DlPackObject first = _memory.Lend(owner);

        Action second = () => _memory.Lend(owner);

        second.Should().Throw<InvalidOperationException>().WithMessage("*AsDlPack(DlPackObject)*");
        _memory.Releases.Should().Be(0, "the first tensor still has it");
        first.Dispose();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_released_owner_never_comes_back()
    {
        DlPackOwner owner = DlPackOwner.FromCallback(_memory.Release);
        _memory.Lend(owner).Dispose();

        Action again = () => _memory.Lend(owner);

        again.Should().Throw<InvalidOperationException>();
        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void An_owner_with_nothing_to_release_serves_several_tensors()
    {
        var owner = new StrictPinnableOwner([0, 1, 2, 3, 4, 5], hasRelease: false);
        DlPackObject first = DlPack.AsDlPack(0, DLDataType.Float32, [6], owner: owner);
        DlPackObject second = DlPack.AsDlPack(4, DLDataType.Float32, [5], owner: owner);
        owner.IsPinned.Should().BeFalse();

        DlPackCapsule capsule = first.Dlpack();
        nint address = second.Data;
        first.Dispose();
        capsule.Dispose();
        owner.IsPinned.Should().BeTrue("the second tensor's address is known");
        second.Data.Should().Be(address);
        second.AsSpan<float>()[0].Should().Be(1);
        second.Dispose();

        owner.IsPinned.Should().BeFalse();
        owner.Releases.Should().Be(0);
        owner.Mistakes.Should().BeEmpty();
        Action lend = () => second.Dlpack();
        lend.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void An_owner_that_is_refused_a_second_time_gives_its_handle_back()
    {
        using var handle = new CountedHandle();
        DlPackOwner owner = DlPackOwner.FromSafeHandle(handle);
        using DlPackObject first = _memory.Lend(owner);

        Action second = () => _memory.Lend(owner);

        second.Should().Throw<InvalidOperationException>();
        handle.Dispose();
        handle.Closings.Should().Be(0, "the first tensor still has it");
        first.Dispose();
        handle.Closings.Should().Be(1);
    }

    [Fact]
    public void A_closed_handle_is_refused()
    {
        var handle = new CountedHandle();
        handle.Dispose();

        Action act = () => _memory.Lend(DlPackOwner.FromSafeHandle(handle));

        act.Should().Throw<ObjectDisposedException>();
        handle.Closings.Should().Be(1);
    }

    [Fact]
    public void A_buffer_that_cannot_be_pinned_makes_the_export_fail_and_leaves_nothing_behind()
    {
        var owner = new UnpinnableOwner();
        DlPackObject tensor = DlPack.AsDlPack(0, DLDataType.Float32, [6], owner: owner);

        Action lend = () => tensor.Dlpack();
        Action address = () => _ = tensor.Data;

        lend.Should().Throw<NotSupportedException>().WithMessage("cannot be pinned");
        address.Should().Throw<NotSupportedException>().WithMessage("cannot be pinned");
        Live.Should().Be(new LiveCounts(Objects: 1));
        owner.Releases.Should().Be(0);

        tensor.Dispose();
        owner.Releases.Should().Be(1);
    }

    [Fact]
    public void Only_one_of_several_threads_takes_an_owner()
    {
        for (int round = 0; round < 100; round++)
        {
            var memory = new CountedMemory();
            DlPackOwner owner = DlPackOwner.FromCallback(memory.Release);
            int made = 0;
            Threads.Run(4, _ =>
            {
                try
                {
                    using DlPackObject tensor = memory.Lend(owner);
                    Interlocked.Increment(ref made);
                }
                catch (InvalidOperationException)
                {
                    // Another thread was first.
                }
            });

            made.Should().Be(1);
            memory.Releases.Should().Be(1);
        }
    }

    private sealed class UnpinnableOwner : DlPackPinnableOwner
    {
        public int Releases { get; private set; }

        protected override nint Pin() => throw new NotSupportedException("cannot be pinned");

        protected override void Unpin() => throw new InvalidOperationException("was never pinned");

        protected override void Release() => Releases++;
    }
}
