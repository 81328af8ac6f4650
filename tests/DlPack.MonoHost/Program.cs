using DlPackNet.Interop;

namespace DlPackNet.MonoHost;

/// <summary>
/// Lends, borrows and lets go on whatever runtime this is started by; ends with the number of wrong answers.
/// </summary>
internal static unsafe class Program
{
    private static int _wrong;

    private static int Main()
    {
        Expect("struct sizes", sizeof(DLManagedTensorVersioned) + sizeof(DLManagedTensor) + sizeof(DLPackExchangeAPI), 200);
        ThereAndBack();
        Raw();
        Owned();
        TypesThatTheRuntimeLacks();
        CollectedOnly();
        Expect("live blocks", DlPackDiagnostics.LiveBlocks, 0);
        Expect("live pins", DlPackDiagnostics.LivePins, 0);
        Expect("live imports", DlPackDiagnostics.LiveImports, 0);
        Expect("live allocations", DlPackDiagnostics.LiveAllocations, 0);
        Console.WriteLine($"{_wrong} wrong on {Environment.Version}");
        return _wrong;
    }

    private static void ThereAndBack()
    {
        float[,] matrix = { { 1, 2, 3 }, { 4, 5, 6 } };
        using DlPackObject lent = DlPack.AsDlPack(matrix);
        using DlPackCapsule capsule = lent.Dlpack();
        using DlPackObject back = DlPack.FromDlpack((DLManagedTensorVersioned*)capsule.Consume());
        back.AsSpan<float>()[0] = 10;
        Expect("written through", matrix[0, 0], 10);
        Expect("printed", back.ToString(), "float32[2, 3] on cpu:0\n[[10.  2.  3.]\n [ 4.  5.  6.]]");

        using DlPackObject transposed = DlPack.AsDlPack(lent, [3, 2], [1, 3]);
        using DlPackCapsule old = transposed.Dlpack(maxVersion: new DLPackVersion(0, 8), copy: true);
        using DlPackObject copy = DlPack.FromDlpack((DLManagedTensor*)old.Consume());
        Expect("transposed copy", string.Join(" ", copy.ToArray<float>()), "10 4 2 5 3 6");
    }

    private static void Raw()
    {
        for (int i = 0; i < 1000; i++)
        {
            DLManagedTensorVersioned* tensor = DlPack.Export(new int[64], [8, 8]);
            if (i % 100 == 0)
            {
                GC.Collect();
            }

            tensor->deleter(tensor);
        }
    }

    private static void Owned()
    {
        int released = 0;
        using (DlPackObject memory = DlPack.Allocate<double>([4]))
        using (DlPackObject view = DlPack.AsDlPack(
            memory.Data, DLDataType.Float64, [2], [2], owner: DlPackOwner.FromCallback(() => released++)))
        {
            memory.AsSpan<double>()[2] = 7;
            Expect("seen through a pointer", view.ToArray<double>()[1], 7);
        }

        Expect("released", released, 1);
        DlPack.Lend([1L, 2L, 3L], tensor => Expect("lent for a call", ((long*)tensor->data)[tensor->shape[0] - 1], 3));
    }

    private static void TypesThatTheRuntimeLacks()
    {
        using DlPackObject halves = DlPack.AsDlPack(new ushort[] { 0x3C00, 0xC000 }, DLDataType.Float16);
        Expect("half precision as bits", halves.AsSpan<ushort>()[1], (ushort)0xC000);
        Expect("half precision copied as bits", halves.ToArray<ushort>()[0], (ushort)0x3C00);
        Expect("half precision printed", halves.ToString(), "float16[2] on cpu:0\n[ 1. -2.]");
    }

    // On a thread of its own, so that no stack slot keeps the last of them alive.
    private static void CollectedOnly()
    {
        var thread = new Thread(() =>
        {
            for (int i = 0; i < 100; i++)
            {
                DlPack.AsDlPack(new float[16]).Dlpack();
            }
        });
        thread.Start();
        thread.Join();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    private static void Expect<T>(string what, T actual, T expected)
    {
        if (!Equals(actual, expected))
        {
            _wrong++;
            Console.WriteLine($"{what}: expected {expected}, got {actual}");
        }
    }
}
