using System.Runtime.CompilerServices;
using DlPackNet.Lifetime;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>
/// What is forgotten is released, and nothing else is, whichever guards were used before and by whom.
/// </summary>
public sealed class FinalizerGuardTests : LeakCheckedTests
{
    private const int Guards = 8;

    private readonly CountedMemory _memory = new();

    /// <summary>Has this thread keep as many guards as it keeps at most.</summary>
    public FinalizerGuardTests()
    {
        var tensors = new DlPackObject[Guards];
        for (int round = 0; round <= Guards; round++)
        {
            for (int i = 0; i < Guards; i++)
            {
                tensors[i] = DlPack.AsDlPack(new float[6]);
            }

            Array.ForEach(tensors, tensor => tensor.Dispose());
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_forgotten_is_released_by_the_next_collection_however_old_the_kept_guards_are(bool capsule)
    {
        GC.Collect();
        GC.Collect();

        Forget(() =>
        {
            DlPackObject tensor = _memory.Lend();
            if (capsule)
            {
                _ = tensor.Dlpack();
                tensor.Dispose();
            }
        });
        GC.Collect(0);
        GC.WaitForPendingFinalizers();

        _memory.Releases.Should().Be(1);
    }

    [Fact]
    public void What_was_disposed_keeps_nothing_from_being_released()
    {
        DlPackObject disposed = DlPack.AsDlPack(new float[6]);
        DlPackCapsule consumed = disposed.Dlpack();
        disposed.Dispose();
        DlPack.FromDlpack(consumed).Dispose();

        Forget(() => _memory.Lend().Dlpack());
        Collect.Everything();

        _memory.Releases.Should().Be(1);
        GC.KeepAlive(disposed);
        GC.KeepAlive(consumed);
    }

    [Fact]
    public void What_is_in_use_keeps_nothing_from_being_released()
    {
        using DlPackObject used = DlPack.AsDlPack(new float[6]);

        Forget(() => _memory.Lend().Dlpack());
        Collect.Everything();

        _memory.Releases.Should().Be(1);
        used.Length.Should().Be(6);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_a_finalizer_disposes_takes_nothing_along_that_is_made_after_it(bool holderFirst)
    {
        var made = new List<DlPackObject>();
        Forget(() =>
        {
            for (int i = 0; i < Guards; i++)
            {
                DlPackObject? early = holderFirst ? null : _memory.Lend();
                var holder = new Holder(made);
                holder.Tensor = early ?? _memory.Lend();
            }
        });

        Collect.Everything();

        _memory.Releases.Should().Be(Guards);
        made.Should().HaveCount(Guards);
        made.Should().AllSatisfy(tensor => tensor.AsSpan<float>().Length.Should().Be(6, "it is in use"));
        made.ForEach(tensor => tensor.Dispose());
    }

    [Fact]
    public void A_guard_that_a_collection_has_found_forgotten_does_not_serve_again()
    {
        var found = new List<FinalizerGuard>();
        var kept = new FinalizerGuard(reusable: true);
        Forget(() => _ = new Finder(found, new FinalizerGuard(reusable: true)));

        Collect.Everything();

        found.Should().ContainSingle().Which.IsReusable.Should().BeFalse();
        kept.IsReusable.Should().BeTrue();
        new FinalizerGuard(reusable: false).IsReusable.Should().BeFalse();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Forget(Action action) => action();

    /// <summary>Disposes in its own finalizer, and makes something new there.</summary>
    private sealed class Holder(List<DlPackObject> made)
    {
        public DlPackObject? Tensor { get; set; }

        ~Holder()
        {
            Tensor!.Dispose();
            made.Add(DlPack.AsDlPack(new float[6]));
        }
    }

    /// <summary>Brings a guard back that has been forgotten with it.</summary>
    private sealed class Finder(List<FinalizerGuard> found, FinalizerGuard guard)
    {
        ~Finder() => found.Add(guard);
    }
}
