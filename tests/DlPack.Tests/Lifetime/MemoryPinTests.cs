using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Memory that each borrower pins for itself, by a <see cref="DlPackMemoryOwner"/>.</summary>
public sealed unsafe class MemoryPinTests : LeakCheckedTests
{
    private readonly float[] _numbers = [0, 1, 2, 3, 4, 5];

    [Fact]
    public void Each_borrower_has_a_pin_of_its_own_until_it_is_done()
    {
        var owner = new CountingOwner(_numbers);
        DlPackObject tensor = Over(owner);
        owner.Pins.Should().Be(0);

        DLManagedTensorVersioned* first = DlPack.Export(tensor);
        DLManagedTensor* second = DlPack.ExportLegacy(tensor);
        owner.Pins.Should().Be(2);
        Live.Pins.Should().Be(2);
        nint address = tensor.Data;
        tensor.Dispose();
        owner.Pins.Should().Be(2);
        ((nint)first->dl_tensor.data).Should().Be(address);
        Collect.Compacting();
        ((float*)second->dl_tensor.data)[4].Should().Be(5);

        first->deleter(first);
        owner.Pins.Should().Be(1);
        second->deleter(second);
        owner.Pins.Should().Be(0);
    }

    [Fact]
    public void An_owner_serves_several_tensors()
    {
        var owner = new CountingOwner(_numbers);
        using DlPackObject first = Over(owner);
        using DlPackObject second = Over(owner);
        using DlPackCapsule capsule = second.Dlpack();
        using DlPackObject back = DlPack.FromDlpack(capsule);
        first.Dispose();
        second.Dispose();
        back.ToArray<float>().Should().Equal(1, 2, 3, 4, 5);
    }

    [Fact]
    public void A_block_lends_arrays_and_owners_by_turns()
    {
        var memory = new CountedMemory();
        var owner = new CountingOwner(_numbers);
        using DlPackObject pinned = Over(owner);
        using DlPackObject array = DlPack.AsDlPack(_numbers);
        using DlPackObject native = memory.Lend();
        for (int i = 0; i < 3; i++)
        {
            foreach (DlPackObject tensor in new[] { pinned, array, native })
            {
                DLManagedTensorVersioned* lent = DlPack.Export(tensor);
                ((float*)lent->dl_tensor.data)[0].Should().Be(tensor.ToArray<float>()[0]);
                lent->deleter(lent);
            }
        }

        owner.Pins.Should().Be(0);
    }

    [Fact]
    public void A_pin_that_fails_leaves_nothing_behind()
    {
        var owner = new CountingOwner(_numbers) { PinFailure = new NotSupportedException("cannot be pinned") };
        using DlPackObject tensor = Over(owner);
        Action lend = () => DlPack.Export(tensor);
        lend.Should().Throw<NotSupportedException>();
        Live.Should().Be(new LiveCounts(Objects: 1));

        owner.PinFailure = null;
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->deleter(lent);
        owner.Pins.Should().Be(0);
    }

    [Fact]
    public void A_handle_that_fails_is_reported_and_the_block_is_free_again()
    {
        using var failures = new ReleaseFailures();
        var owner = new CountingOwner(_numbers) { UnpinFailure = new InvalidOperationException("unpin") };
        using DlPackObject tensor = Over(owner);
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->deleter(lent);
        failures.Seen.Should().ContainSingle().Which.Message.Should().Be("unpin");
        Live.Should().Be(new LiveCounts(Objects: 1));
        owner.Pins.Should().Be(0);
    }

    [Fact]
    public void The_owner_lives_as_long_as_its_last_borrower()
    {
        (WeakReference owner, nint lent) = Lend();
        Collect.Everything();
        owner.IsAlive.Should().BeTrue();
        ((DLManagedTensorVersioned*)lent)->deleter((DLManagedTensorVersioned*)lent);
        Collect.Everything();
        owner.IsAlive.Should().BeFalse("a free block holds nothing");

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (WeakReference Owner, nint Lent) Lend()
        {
            var owner = new CountingOwner(new float[6]);
            using DlPackObject tensor = Over(owner);
            return (new WeakReference(owner), (nint)DlPack.Export(tensor));
        }
    }

    [Fact]
    public void A_block_keeps_nothing_of_a_pin_that_failed_late()
    {
        WeakReference memory = Fail();
        Collect.Everything();
        memory.IsAlive.Should().BeFalse();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static WeakReference Fail()
        {
            var owner = new CountingOwner(new float[6]) { LateFailure = new NotSupportedException("too late") };
            using DlPackObject tensor = Over(owner);
            Action lend = () => DlPack.Export(tensor);
            lend.Should().Throw<NotSupportedException>();
            owner.Pins.Should().Be(0);
            return new WeakReference(owner);
        }
    }

    [Fact]
    public void What_is_run_to_unpin_may_lend_and_delete()
    {
        var owner = new CountingOwner(_numbers);
        using DlPackObject tensor = Over(owner);
        using DlPackObject other = Over(new CountingOwner(_numbers));
        nint inner = 0;
        owner.OnUnpin = () =>
        {
            owner.OnUnpin = null;
            inner = (nint)DlPack.Export(other);
            DLManagedTensorVersioned* again = DlPack.Export(tensor);
            again->deleter(again);
        };
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        lent->deleter(lent);
        owner.Pins.Should().Be(0);
        inner.Should().NotBe((nint)lent, "the block is free only when it is unpinned");
        Live.Blocks.Should().Be(1);
        ((DLManagedTensorVersioned*)inner)->deleter((DLManagedTensorVersioned*)inner);
    }

    [Fact]
    public void Many_dimensions_are_pinned_and_freed_alike()
    {
        var owner = new CountingOwner(_numbers);
        using DlPackObject tensor = DlPack.AsDlPack(
            sizeof(float), DLDataType.Float32, [1, 1, 1, 1, 1, 1, 1, 1, 1, 5], owner: owner);
        DLManagedTensorVersioned* lent = DlPack.Export(tensor);
        ((float*)lent->dl_tensor.data)[4].Should().Be(5);
        Live.Pins.Should().Be(1);
        lent->deleter(lent);
        owner.Pins.Should().Be(0);
        Live.Should().Be(new LiveCounts(Objects: 1));
    }

    [Fact]
    public void Threads_lend_and_delete_at_once()
    {
        var owner = new CountingOwner(_numbers);
        using DlPackObject tensor = Over(owner);
        Threads.Run(4, _ =>
        {
            for (int i = 0; i < 1000; i++)
            {
                DLManagedTensorVersioned* lent = DlPack.Export(tensor);
                ((float*)lent->dl_tensor.data)[0].Should().Be(1);
                lent->deleter(lent);
            }
        });
        owner.Pins.Should().Be(0);
        Live.Should().Be(new LiveCounts(Objects: 1));
    }

    private static DlPackObject Over(DlPackOwner owner) =>
        DlPack.AsDlPack(sizeof(float), DLDataType.Float32, [5], owner: owner);

    private sealed class CountingOwner(float[] array) : DlPackMemoryOwner
    {
        private int _pins;

        public int Pins => Volatile.Read(ref _pins);

        public Exception? PinFailure { get; set; }

        public Exception? UnpinFailure { get; set; }

        public Exception? LateFailure { get; set; }

        public Action? OnUnpin { get; set; }

        protected internal override nint Pin(out MemoryHandle handle)
        {
            if (PinFailure is not null)
            {
                throw PinFailure;
            }

            Interlocked.Increment(ref _pins);
            GCHandle pin = GCHandle.Alloc(array, GCHandleType.Pinned);
            handle = new MemoryHandle(null, pin, new Counter(this));
            if (LateFailure is not null)
            {
                MemoryHandle copy = handle;
                copy.Dispose();
                throw LateFailure;
            }

            return pin.AddrOfPinnedObject();
        }

        private sealed class Counter(CountingOwner owner) : IPinnable
        {
            public MemoryHandle Pin(int elementIndex) => throw new NotSupportedException();

            public void Unpin()
            {
                Interlocked.Decrement(ref owner._pins);
                owner.OnUnpin?.Invoke();
                if (owner.UnpinFailure is not null)
                {
                    throw owner.UnpinFailure;
                }
            }
        }
    }
}
