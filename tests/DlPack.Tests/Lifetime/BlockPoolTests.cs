using System.Collections.Concurrent;
using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Blocks are made once and reused, whichever threads export and delete.</summary>
public sealed unsafe class BlockPoolTests : LeakCheckedTests
{
    // More than a thread keeps and the pool keeps together.
    private const int ManyBlocks = 3000;

    private readonly float[] _array = [0, 1, 2, 3, 4, 5];

    public BlockPoolTests() => Requires.CCompiler();

    [Fact]
    public void A_released_block_is_the_next_one_lent()
    {
        nint first = Export();
        Delete(first);

        nint second = Export();

        second.Should().Be(first);
        Delete(second);
    }

    [Fact]
    public void Blocks_that_are_lent_at_once_are_all_different()
    {
        nint[] lent = [.. Enumerable.Range(0, ManyBlocks).Select(_ => Export())];

        lent.Should().OnlyHaveUniqueItems();
        Live.Should().Be(new LiveCounts(Blocks: ManyBlocks, Pins: ManyBlocks));
        Array.ForEach(lent, Check);

        Array.ForEach(lent, Delete);
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void More_blocks_than_the_pool_keeps_come_back_from_native_threads()
    {
        nint[] lent = [.. Enumerable.Range(0, ManyBlocks).Select(_ => Export())];

        foreach (nint[] some in lent.Chunk(100))
        {
            NativePeer.DeleteOnThreads(some);
        }

        Live.Should().Be(default(LiveCounts));
        nint[] again = [.. Enumerable.Range(0, ManyBlocks).Select(_ => Export())];
        again.Should().OnlyHaveUniqueItems();
        Array.ForEach(again, Check);
        Array.ForEach(again, Delete);
    }

    [Fact]
    public void One_thread_that_exports_and_one_that_deletes_do_not_pile_up_blocks()
    {
        const int Count = 20_000;
        using var lent = new BlockingCollection<nint>(boundedCapacity: 16);
        var blocks = new HashSet<nint>();

        Threads.Run(2, i =>
        {
            if (i == 0)
            {
                for (int n = 0; n < Count; n++)
                {
                    lent.Add(Export());
                }

                lent.CompleteAdding();
                return;
            }

            foreach (nint tensor in lent.GetConsumingEnumerable())
            {
                Check(tensor);
                Delete(tensor);
                blocks.Add(tensor);
            }
        });

        // Each thread keeps some dozens and passes the others on; tests before this one may have filled the pool.
        blocks.Count.Should().BeLessThan(1500);
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Exporters_and_deleters_on_many_threads_keep_the_balance()
    {
        const int Each = 5000;
        using var lent = new BlockingCollection<nint>(boundedCapacity: 256);
        int exporters = 3;

        Threads.Run(6, i =>
        {
            if (i < 3)
            {
                for (int n = 0; n < Each; n++)
                {
                    lent.Add(Export());
                }

                if (Interlocked.Decrement(ref exporters) == 0)
                {
                    lent.CompleteAdding();
                }

                return;
            }

            foreach (nint tensor in lent.GetConsumingEnumerable())
            {
                Check(tensor);
                Delete(tensor);
            }
        });

        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Blocks_of_threads_that_have_ended_are_reused()
    {
        var blocks = new HashSet<nint>();
        for (int i = 0; i < 100; i++)
        {
            Threads.Run(1, _ =>
            {
                nint[] lent = [.. Enumerable.Range(0, 20).Select(_ => Export())];
                Array.ForEach(lent, Delete);
                blocks.UnionWith(lent);
            });
            Collect.Everything();
        }

        // Each of the hundred threads had 20 of its own, or those of one that ended before.
        blocks.Count.Should().BeLessThan(500);
    }

    [Fact]
    public void What_ended_threads_have_lent_is_still_counted_and_can_be_released()
    {
        nint[] lent = new nint[8];
        Threads.Run(8, i => lent[i] = Export());
        Collect.Everything();
        Live.Should().Be(new LiveCounts(Blocks: 8, Pins: 8));

        Array.ForEach(lent, Check);
        NativePeer.DeleteOnThreads(lent);
        Live.Should().Be(default(LiveCounts));

        Collect.Everything();
        Live.Should().Be(default(LiveCounts), "the numbers of ended threads are kept");
    }

    [Theory]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(64)]
    public void Blocks_for_few_and_for_many_dimensions_hold_shape_and_strides(int ndim)
    {
        long[] shape = [.. Enumerable.Repeat(1L, ndim - 2), 2, 3];
        for (int i = 0; i < 100; i++)
        {
            DLManagedTensorVersioned* tensor = DlPack.Export(_array, shape);
            NativePeer.Complaint(tensor).Should().BeNull();
            new ReadOnlySpan<long>(tensor->dl_tensor.shape, ndim).SequenceEqual(shape).Should().BeTrue();
            tensor->dl_tensor.strides[ndim - 2].Should().Be(3);
            tensor->dl_tensor.strides[0].Should().Be(ndim == 2 ? 3 : 6);
            NativePeer.DeleteOnThread(tensor);
        }

        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void An_export_that_fails_gives_its_block_back()
    {
        nint expected = Export();
        Delete(expected);

        for (int i = 0; i < 100; i++)
        {
            Action tooLarge = () => DlPack.Export(_array, [7]);
            tooLarge.Should().Throw<ArgumentException>();
        }

        nint next = Export();
        next.Should().Be(expected);
        Check(next);
        Delete(next);
    }

    private static void Delete(nint tensor) => NativePeer.Delete((DLManagedTensorVersioned*)tensor);

    private static void Check(nint tensor)
    {
        DLTensor* inner = &((DLManagedTensorVersioned*)tensor)->dl_tensor;
        if (inner->shape[0] != 6 || NativePeer.Sum(inner) != 15)
        {
            throw new InvalidOperationException("A lent block was written to by somebody else.");
        }
    }

    private nint Export() => (nint)DlPack.Export(_array);
}
