using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>The counters say exactly what is live, at each step.</summary>
public sealed unsafe class LiveCountersTests : LeakCheckedTests
{
    [Fact]
    public void A_loan_is_counted_from_the_array_to_the_consumer_and_back()
    {
        DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        Live.Should().Be(new LiveCounts(Objects: 1));

        DlPackCapsule capsule = tensor.Dlpack();
        Live.Should().Be(new LiveCounts(Objects: 1, Capsules: 1, Blocks: 1, Pins: 1));

        tensor.Dispose();
        Live.Should().Be(new LiveCounts(Capsules: 1, Blocks: 1, Pins: 1));

        var lent = (DLManagedTensorVersioned*)capsule.Consume();
        Live.Should().Be(new LiveCounts(Blocks: 1, Pins: 1));

        DlPackObject import = DlPack.FromDlpack(lent);
        Live.Should().Be(new LiveCounts(Objects: 1, Blocks: 1, Pins: 1, Imports: 1));

        import.Dispose();
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Copies_and_own_memory_count_as_allocations()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        DlPackObject copy = tensor.Copy();
        Live.Should().Be(new LiveCounts(Objects: 2, Allocations: 1));
        DlPackCapsule lentCopy = tensor.Dlpack(copy: true);
        Live.Should().Be(new LiveCounts(Objects: 2, Capsules: 1, Blocks: 1, Allocations: 2));
        DlPackObject ofSpan = DlPack.AsDlPack<float>(stackalloc float[2]);
        DlPackObject allocated = DlPack.Allocate<double>([0]);
        Live.Should().Be(new LiveCounts(Objects: 4, Capsules: 1, Blocks: 1, Allocations: 4));

        copy.Dispose();
        lentCopy.Dispose();
        ofSpan.Dispose();
        allocated.Dispose();

        Live.Should().Be(new LiveCounts(Objects: 1));
    }

    [Fact]
    public void Read_only_memory_goes_to_a_legacy_consumer_as_one_allocation()
    {
        using DlPackObject tensor = DlPack.AsDlPack((ReadOnlyMemory<byte>)new byte[6]);

        DLManagedTensor* lent = DlPack.ExportLegacy(tensor);

        Live.Should().Be(new LiveCounts(Objects: 1, Blocks: 1, Allocations: 1));
        lent->deleter(lent);
    }

    [Fact]
    public void Everything_that_fails_counts_for_nothing()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        DlPackObject disposed = DlPack.AsDlPack(new float[6]);
        disposed.Dispose();
        LiveCounts before = LiveCounts.Now;

        Action[] failing =
        [
            () => DlPack.AsDlPack(new float[6], [7]),
            () => DlPack.AsDlPack(new decimal[6]),
            () => DlPack.AsDlPack<decimal>(stackalloc decimal[1]),
            () => DlPack.AsDlPack<float>(stackalloc float[1], [2]),
            () => DlPack.Allocate<float>([-1]),
            () => DlPack.Allocate<float>([long.MaxValue]),
            () => DlPack.AsDlPack(tensor, [7]),
            () => DlPack.Export(new float[6], [7]),
            () => DlPack.ExportLegacy(new float[6], [2, 3], strides: [1]),
            () => DlPack.Export(new float[6], new long[65]),
            () => tensor.Dlpack(stream: 1),
            () => tensor.Dlpack(dlDevice: DLDevice.Cuda()),
            () => disposed.Dlpack(),
            () => disposed.Dlpack(copy: true),
            () => disposed.Copy(),
            () => disposed.AsDlPack(),
            () => disposed.AsMemory<float>(),
            () => KeepAddress(disposed),
            () => disposed.ToArray<float>(),
        ];

        failing.Should().AllSatisfy(act => act.Should().Throw<Exception>());
        (LiveCounts.Now - before).Should().Be(default(LiveCounts));
    }

    [Fact]
    public void Objects_made_on_one_thread_and_disposed_on_another_cancel_out()
    {
        DlPackObject[] tensors = new DlPackObject[100];
        Threads.Run(1, _ =>
        {
            for (int i = 0; i < tensors.Length; i++)
            {
                tensors[i] = DlPack.Allocate<float>([6]);
                KeepAddress(tensors[i]);
            }
        });
        Live.Should().Be(new LiveCounts(Objects: 100, Allocations: 100));

        Threads.Run(4, i =>
        {
            for (int n = i; n < tensors.Length; n += 4)
            {
                tensors[n].Dispose();
            }
        });

        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void An_address_counts_as_one_pin_however_often_it_is_asked_for()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        using DlPackObject second = DlPack.AsDlPack(tensor);

        KeepAddress(tensor);
        KeepAddress(tensor);
        Live.Pins.Should().Be(1);
        KeepAddress(second);
        Live.Pins.Should().Be(2, "each object keeps its own promise");

        tensor.Dispose();
        Live.Pins.Should().Be(1);
    }

    private static void KeepAddress(DlPackObject tensor) => _ = tensor.Data;
}
