using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>A capsule has at most one consumer, and releases what nobody consumed.</summary>
public sealed unsafe class CapsuleTests : LeakCheckedTests
{
    private readonly CountedMemory _memory = new();

    [Fact]
    public void A_capsule_that_nobody_consumed_releases_when_it_is_disposed()
    {
        DlPackCapsule capsule = LendAndDispose();
        _memory.Releases.Should().Be(0);

        capsule.Dispose();
        capsule.Dispose();

        _memory.Releases.Should().Be(1);
        capsule.IsConsumed.Should().BeFalse();
        capsule.Name.Should().Be("dltensor_versioned");
    }

    [Fact]
    public void A_capsule_that_nobody_consumed_releases_when_it_is_finalized()
    {
        Forget(() => _ = LendAndDispose());
        _memory.Releases.Should().Be(0);

        Collect.Everything();

        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void Neither_dispose_nor_finalizer_of_a_consumed_capsule_releases()
    {
        nint tensor = 0;
        Forget(() =>
        {
            using DlPackCapsule disposed = LendAndDispose();
            tensor = disposed.Consume();
        });
        Collect.Everything();
        _memory.Releases.Should().Be(0);

        using DlPackObject back = DlPack.FromDlpack((DLManagedTensorVersioned*)tensor);
        back.AsReadOnlySpan<float>()[5].Should().Be(5);
    }

    [Fact]
    public void A_second_consumer_is_refused_and_the_first_keeps_the_tensor()
    {
        using DlPackCapsule capsule = LendAndDispose();
        using DlPackObject first = DlPack.FromDlpack(capsule);

        Action second = () => DlPack.FromDlpack(capsule);
        Action look = () => capsule.DangerousGetPointer();

        second.Should().Throw<DlPackException>().WithMessage("*used_dltensor_versioned*");
        look.Should().Throw<DlPackException>().WithMessage("*used_dltensor_versioned*");
        capsule.IsConsumed.Should().BeTrue();
        capsule.ToString().Should().Be("used_dltensor_versioned");
        _memory.Releases.Should().Be(0);
    }

    [Fact]
    public void A_disposed_capsule_says_so()
    {
        DlPackCapsule capsule = LendAndDispose();
        capsule.Dispose();

        Action consume = () => capsule.Consume();
        Action look = () => capsule.DangerousGetPointer();

        consume.Should().Throw<ObjectDisposedException>();
        look.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Looking_at_the_tensor_does_not_take_it_out()
    {
        using DlPackCapsule capsule = LendAndDispose();

        nint seen = capsule.DangerousGetPointer();

        ((DLManagedTensorVersioned*)seen)->dl_tensor.ndim.Should().Be(2);
        capsule.IsConsumed.Should().BeFalse();
        using DlPackObject back = DlPack.FromDlpack(capsule);
        _memory.Releases.Should().Be(0);
    }

    [Fact]
    public void Of_many_threads_that_consume_a_capsule_exactly_one_gets_it()
    {
        for (int round = 0; round < 200; round++)
        {
            var memory = new CountedMemory();
            DlPackCapsule capsule;
            using (DlPackObject tensor = memory.Lend())
            {
                capsule = tensor.Dlpack();
            }

            var taken = new ConcurrentBag<nint>();
            int refused = 0;

            Threads.Run(4, _ =>
            {
                try
                {
                    taken.Add(capsule.Consume());
                }
                catch (DlPackException)
                {
                    Interlocked.Increment(ref refused);
                }
            });

            taken.Should().ContainSingle();
            refused.Should().Be(3);
            memory.Releases.Should().Be(0);
            DlPack.FromDlpack((DLManagedTensorVersioned*)taken.Single()).Dispose();
            memory.Releases.Should().Be(1);
        }
    }

    [Fact]
    public void A_capsule_is_either_consumed_or_disposed_when_both_happen_at_once()
    {
        CountedMemory memory = _memory;
        DlPackCapsule capsule = null!;
        int consumed = 0;
        int disposed = 0;

        Threads.Race(
            rounds: 2000,
            prepare: () =>
            {
                memory.Refill();
                using DlPackObject tensor = memory.Lend();
                capsule = tensor.Dlpack();
            },
            first: () => capsule.Dispose(),
            second: () =>
            {
                try
                {
                    using DlPackObject back = DlPack.FromDlpack(capsule);
                    back.AsReadOnlySpan<float>()[5].Should().Be(5, "it was not released before its consumer was done");
                    consumed++;
                }
                catch (ObjectDisposedException)
                {
                    disposed++;
                }
            });

        (consumed + disposed).Should().Be(2000);
        memory.Releases.Should().Be(2000);
    }

    private DlPackCapsule LendAndDispose()
    {
        using DlPackObject tensor = _memory.Lend();
        return tensor.Dlpack();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Action action) => action();
}
