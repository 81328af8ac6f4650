using System.Buffers;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>
/// Dispose on one thread while another uses the object: a result or an exception, never a crash or a leak.
/// </summary>
public sealed unsafe class DisposeRaceTests : LeakCheckedTests
{
    private const int Rounds = 1000;

    /// <summary>What a thread does with an object that another disposes.</summary>
    public enum Use
    {
        Lend,
        LendCopy,
        LendLegacy,
        Export,
        Data,
        AsSpan,
        AsMemory,
        Copy,
        CopyTo,
        SecondObject,
        Text,
        Dispose,
    }

    public static TheoryData<Use> Uses => [.. Enum.GetValues<Use>()];

    [Theory]
    [MemberData(nameof(Uses))]
    public void Over_an_array(Use use)
    {
        float[] array = [0, 1, 2, 3, 4, 5];
        DlPackObject tensor = null!;

        Threads.Race(
            Rounds,
            prepare: () => tensor = DlPack.AsDlPack(array, [2, 3]),
            first: () => tensor.Dispose(),
            second: () => UseUnlessDisposed(tensor, use));

        Collect.Everything();
        Live.Should().Be(default(LiveCounts));
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Over_an_owner(Use use)
    {
        var memory = new CountedMemory();
        DlPackObject tensor = null!;

        Threads.Race(
            Rounds,
            prepare: () =>
            {
                // Views that were forgotten in the last round would spoil the elements of the next.
                if (use == Use.AsMemory)
                {
                    memory = new CountedMemory();
                }

                memory.Refill();
                tensor = memory.Lend();
            },
            first: () => tensor.Dispose(),
            second: () => UseUnlessDisposed(tensor, use));

        Collect.Everything();
        memory.Releases.Should().Be(use == Use.AsMemory ? 1 : Rounds);
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Over_a_tensor_that_came_in(Use use)
    {
        float[] array = [0, 1, 2, 3, 4, 5];
        DlPackObject tensor = null!;

        // A deleter that runs twice is reported, and one that does not leaves a block and a pin.
        using var failures = new ReleaseFailures();
        Threads.Race(
            Rounds,
            prepare: () => tensor = DlPack.FromDlpack(DlPack.Export(array, [2, 3])),
            first: () => tensor.Dispose(),
            second: () => UseUnlessDisposed(tensor, use));

        Collect.Everything();
        Live.Should().Be(default(LiveCounts));
        failures.Seen.Should().BeEmpty();
    }

    [Fact]
    public void Two_threads_that_share_a_tensor_that_came_in_release_it_once()
    {
        float[] array = [0, 1, 2, 3, 4, 5];
        DlPackObject tensor = null!;
        DlPackObject first = null!;
        DlPackObject second = null!;

        using var failures = new ReleaseFailures();
        Threads.Race(
            Rounds,
            prepare: () =>
            {
                tensor?.Dispose();
                first?.Dispose();
                Live.Blocks.Should().Be(second is null ? 0 : 1);
                second?.Dispose();
                Live.Should().Be(default(LiveCounts));
                tensor = DlPack.FromDlpack(DlPack.Export(array, [2, 3]));
            },
            first: () => first = tensor.AsDlPack(),
            second: () => second = DlPack.AsDlPack(tensor, [3, 2]));

        tensor.Dispose();
        first.Dispose();
        CheckElements(second);
        second.Dispose();
        failures.Seen.Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Uses))]
    public void Over_memory_that_is_pinned_on_demand(Use use) => OverPinnableMemory(use, hasRelease: true);

    [Theory]
    [MemberData(nameof(Uses))]
    public void Over_memory_that_nobody_releases(Use use) => OverPinnableMemory(use, hasRelease: false);

    [Fact]
    public void Two_threads_that_ask_for_the_address_leave_one_pin()
    {
        float[] array = new float[6];
        DlPackObject tensor = null!;
        nint first = 0;
        nint second = 0;

        Threads.Race(
            Rounds,
            prepare: () =>
            {
                first.Should().Be(second);
                tensor?.Dispose();
                Live.Should().Be(default(LiveCounts));
                tensor = DlPack.AsDlPack(array);
            },
            first: () => first = tensor.Data,
            second: () => second = tensor.Data);

        Live.Pins.Should().Be(1);
        tensor.Dispose();
    }

    [Fact]
    public void A_destination_that_is_disposed_during_a_copy_is_written_to_or_not_at_all()
    {
        var memory = new CountedMemory();
        using DlPackObject source = DlPack.AsDlPack(new float[] { 10, 11, 12, 13, 14, 15 }, [2, 3]);
        DlPackObject destination = null!;
        int copied = 0;

        Threads.Race(
            Rounds,
            prepare: () =>
            {
                memory.Refill();
                destination = memory.Lend(DlPackOwner.FromCallback(() =>
                {
                    Interlocked.Add(ref copied, memory.Elements[0] == 10 && memory.Elements[5] == 15 ? 1 : 0);
                    memory.Release();
                }));
            },
            first: () => destination.Dispose(),
            second: () =>
            {
                try
                {
                    source.CopyTo(destination);
                    Interlocked.Decrement(ref copied);
                }
                catch (ObjectDisposedException)
                {
                    // The memory was released before: had it been written to, the owner would have seen it.
                }
            });

        copied.Should().Be(0);
        memory.Releases.Should().Be(Rounds);
    }

    private static void OverPinnableMemory(Use use, bool hasRelease)
    {
        float[] array = [0, 1, 2, 3, 4, 5];
        var owners = new List<StrictPinnableOwner>();
        DlPackObject tensor = null!;

        Threads.Race(
            Rounds,
            prepare: () =>
            {
                owners.Add(new StrictPinnableOwner(array, hasRelease));
                tensor = DlPack.AsDlPack(0, DLDataType.Float32, [2, 3], owner: owners[^1]);
            },
            first: () => tensor.Dispose(),
            second: () => UseUnlessDisposed(tensor, use));

        Collect.Everything();
        owners.SelectMany(owner => owner.Mistakes).Should().BeEmpty();
        owners.Should().AllSatisfy(owner => owner.Releases.Should().Be(hasRelease ? 1 : 0));
    }

    private static void UseUnlessDisposed(DlPackObject tensor, Use use)
    {
        try
        {
            UseOnce(tensor, use);
        }
        catch (ObjectDisposedException)
        {
            // As documented.
        }
    }

    private static void UseOnce(DlPackObject tensor, Use use)
    {
        switch (use)
        {
            case Use.Lend:
                using (DlPackObject back = DlPack.FromDlpack(tensor.Dlpack()))
                {
                    CheckElements(back);
                }

                break;
            case Use.LendCopy:
                using (DlPackObject back = DlPack.FromDlpack(tensor.Dlpack(copy: true)))
                {
                    CheckElements(back);
                }

                break;
            case Use.LendLegacy:
                using (DlPackObject back = DlPack.FromDlpack(tensor.Dlpack(maxVersion: new DLPackVersion(0, 8))))
                {
                    CheckElements(back);
                }

                break;
            case Use.Export:
                DLManagedTensorVersioned* lent = DlPack.Export(tensor);
                ((float*)lent->dl_tensor.data)[5].Should().Be(5);
                lent->deleter(lent);
                break;
            case Use.Data:
                _ = tensor.Data;
                break;
            case Use.AsSpan:
                _ = tensor.AsSpan<float>();
                break;
            case Use.AsMemory:
                using (MemoryHandle handle = tensor.AsMemory<float>().Pin())
                {
                    ((float*)handle.Pointer)[5].Should().Be(5);
                }

                break;
            case Use.Copy:
                using (DlPackObject copy = tensor.Copy())
                {
                    CheckElements(copy);
                }

                break;
            case Use.CopyTo:
                Span<float> elements = stackalloc float[6];
                tensor.CopyTo(elements);
                elements[5].Should().Be(5);
                break;
            case Use.SecondObject:
                using (DlPackObject second = DlPack.AsDlPack(tensor))
                {
                    CheckElements(second);
                }

                break;
            case Use.Text:
                tensor.ToString().Should().StartWith("float32[2, 3]");
                break;
            default:
                tensor.Dispose();
                break;
        }
    }

    private static void CheckElements(DlPackObject tensor)
    {
        ReadOnlySpan<float> elements = tensor.AsReadOnlySpan<float>();
        (elements[0] + elements[1] + elements[2] + elements[3] + elements[4] + elements[5]).Should().Be(15);
    }
}
