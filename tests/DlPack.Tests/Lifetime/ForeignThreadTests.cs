using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Deleters come on native threads that .NET has never seen, at any time.</summary>
public sealed unsafe class ForeignThreadTests : LeakCheckedTests
{
    public ForeignThreadTests() => Requires.CCompiler();

    [Fact]
    public void Both_structs_can_be_deleted_on_native_threads()
    {
        var versioned = new CountedMemory();
        var legacy = new CountedMemory();
        using (DlPackObject first = versioned.Lend())
        using (DlPackObject second = legacy.Lend())
        {
            NativePeer.DeleteOnThread(DlPack.Export(first));
            NativePeer.DeleteOnThread(DlPack.ExportLegacy(second));
            (versioned.Releases, legacy.Releases).Should().Be((0, 0));
        }

        (versioned.Releases, legacy.Releases).Should().Be((1, 1));
    }

    [Fact]
    public void A_native_thread_may_be_the_last_borrower()
    {
        var memory = new CountedMemory();
        using PeerHolder holder = NativePeer.Hold(ExportAndDispose(memory));
        Collect.Everything();
        memory.Releases.Should().Be(0);

        holder.LetGo();

        memory.Releases.Should().Be(1);
    }

    [Fact]
    public void A_native_thread_may_hold_a_tensor_over_many_collections()
    {
        int[][] arrays = Collect.ArraysAmidGarbage<int>(20, 100);
        var holders = new List<PeerHolder>();
        var lent = new List<nint>();
        foreach (int[] array in arrays)
        {
            Array.Fill(array, 3);
            DLManagedTensorVersioned* tensor = DlPack.Export(array);
            lent.Add((nint)tensor);
            holders.Add(NativePeer.Hold(tensor));
        }

        for (int i = 0; i < 5; i++)
        {
            _ = Collect.ArraysAmidGarbage<byte>(100, 1000);
            Collect.Compacting();
            foreach (nint tensor in lent)
            {
                NativePeer.Sum(&((DLManagedTensorVersioned*)tensor)->dl_tensor).Should().Be(300);
            }
        }

        Live.Pins.Should().Be(20);
        holders.ForEach(holder => holder.LetGo());
        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void Many_native_threads_that_delete_shares_of_one_memory_at_once_release_it_once()
    {
        for (int round = 0; round < 50; round++)
        {
            var memory = new CountedMemory();
            nint[] lent;
            using (DlPackObject tensor = memory.Lend())
            {
                lent = [.. Enumerable.Range(0, 16).Select(_ => (nint)DlPack.Export(tensor))];
            }

            memory.Releases.Should().Be(0);
            NativePeer.DeleteOnThreads(lent);
            memory.Releases.Should().Be(1);
        }
    }

    [Fact]
    public void Native_threads_may_delete_while_managed_ones_export_and_collect()
    {
        float[] array = [0, 1, 2, 3, 4, 5];
        Threads.Run(3, i =>
        {
            for (int round = 0; round < 40; round++)
            {
                if (i == 0)
                {
                    Collect.Compacting();
                    continue;
                }

                nint[] lent = [.. Enumerable.Range(0, 8).Select(_ => (nint)DlPack.ExportLegacy(array, [6]))];
                NativePeer.DeleteLegacyOnThreads(lent);
            }
        });

        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void An_import_may_be_the_end_of_a_native_threads_tensor_and_the_other_way_round()
    {
        long calls = NativePeer.DeleterCalls;
        DlPackObject import = DlPack.FromDlpack(NativePeer.Versioned(new PeerTensor { Shape = [2, 3] }));
        DLManagedTensorVersioned* lentOn = DlPack.Export(import);
        import.Dispose();
        (NativePeer.DeleterCalls - calls).Should().Be(0, "it has been lent on");

        NativePeer.DeleteOnThread(lentOn);

        (NativePeer.DeleterCalls - calls).Should().Be(1);
        Live.Imports.Should().Be(0);
    }

    private static DLManagedTensorVersioned* ExportAndDispose(CountedMemory memory)
    {
        using DlPackObject tensor = memory.Lend();
        return DlPack.Export(tensor);
    }
}
