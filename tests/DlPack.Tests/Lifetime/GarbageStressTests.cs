using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Exports, imports and forgotten objects under constant compacting collections.</summary>
public sealed unsafe class GarbageStressTests : LeakCheckedTests
{
    public GarbageStressTests() => Requires.CCompiler();

    [Fact]
    public void Exports_of_every_source_keep_their_elements()
    {
        var lent = new List<nint>();
        for (int round = 0; round < 60; round++)
        {
            float[] array = Elements(6);
            var owner = new CountedOwner<float>(6);
            Elements(6).CopyTo(owner.Memory);
            lent.Add((nint)DlPack.Export(array));
            lent.Add(ExportAndForget(DlPack.AsDlPack(Elements(8).AsMemory(0, 6))));
            lent.Add(ExportAndForget(DlPack.AsDlPack(owner)));
            lent.Add(ExportAndForget(DlPack.AsDlPack<float>(Elements(6).AsSpan())));
            lent.Add(ExportAndForget(DlPack.AsDlPack(new float[,] { { 0, 1, 2 }, { 3, 4, 5 } })));
            lent.Add(ExportAndForget(DlPack.FromDlpack(NativePeer.Versioned(new PeerTensor { Shape = [6] }))));
            _ = Collect.ArraysAmidGarbage<byte>(20, 100);
            if (round % 6 == 0)
            {
                Collect.Compacting();
            }
        }

        Collect.Everything();
        foreach (nint tensor in lent)
        {
            NativePeer.Sum(&((DLManagedTensorVersioned*)tensor)->dl_tensor).Should().Be(15);
        }

        foreach (nint[] some in lent.Chunk(60).Select(chunk => chunk.ToArray()))
        {
            NativePeer.DeleteOnThreads(some);
        }
    }

    [Fact]
    public void Temporary_objects_are_not_finalized_while_their_methods_run()
    {
        bool done = false;
        Threads.Run(2, i =>
        {
            if (i == 0)
            {
                while (!Volatile.Read(ref done))
                {
                    Collect.Everything();
                }

                return;
            }

            try
            {
                for (int round = 0; round < 3000; round++)
                {
                    UseTemporaries();
                }
            }
            finally
            {
                Volatile.Write(ref done, true);
            }
        });
    }

    [Fact]
    public void Forgotten_objects_capsules_and_imports_are_all_released_by_finalizers()
    {
        long calls = NativePeer.DeleterCalls;
        var memories = new List<CountedMemory>();
        Threads.Run(2, i =>
        {
            for (int n = 0; n < 500; n++)
            {
                var memory = new CountedMemory();
                lock (memories)
                {
                    memories.Add(memory);
                }

                // Each way to forget; what a native consumer has would never come back.
                DlPackObject tensor = memory.Lend();
                _ = n % 3 == 0 ? tensor.Dlpack() : null;
                _ = n % 3 == 1 ? DlPack.FromDlpack(tensor.Dlpack()) : null;
                _ = DlPack.FromDlpack(NativePeer.Legacy(new PeerTensor { Shape = [6] }));
            }
        });

        Collect.Everything();

        memories.Should().HaveCount(1000).And.AllSatisfy(memory => memory.Releases.Should().Be(1));
        (NativePeer.DeleterCalls - calls).Should().Be(1000);
    }

    private static void UseTemporaries()
    {
        // Nothing but the call itself refers to the objects. Each would throw if its owner were gone too early.
        new CountedMemory().Lend().Dlpack().Dispose();
        new CountedMemory().Lend().AsDlPack().Dispose();
        new CountedMemory().Lend().ToArray<float>()[5].Should().Be(5);
        new CountedMemory().Lend().Copy().AsDlPack().Dlpack().Dispose();
        NativePeer.Delete(DlPack.Export(DlPack.Allocate<float>([6])));
        _ = new CountedMemory().Lend().ToString();
        DlPack.FromDlpack(new CountedMemory().Lend().Dlpack()).ToArray<float>()[5].Should().Be(5);
    }

    private static nint ExportAndForget(DlPackObject tensor) => (nint)DlPack.Export(tensor);

    private static float[] Elements(int count) => [.. Enumerable.Range(0, count).Select(i => (float)i)];
}
