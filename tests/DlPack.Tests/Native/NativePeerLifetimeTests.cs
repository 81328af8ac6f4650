using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>The peer's deletions and its own tensors, checked before it is trusted with the library's.</summary>
public sealed unsafe class NativePeerLifetimeTests
{
    private static readonly PeerTensor TwoByThree = new() { Shape = [2, 3] };

    public static TheoryData<PeerFault> Faults => [.. Enum.GetValues<PeerFault>()];

    [Fact]
    public void Every_way_of_deleting_calls_the_deleter_once()
    {
        int before = HandMadeTensor.DeleterCalls;

        NativePeer.Delete(HandMadeTensor.Versioned(null, DLDataType.Int8, 0));
        NativePeer.Delete(HandMadeTensor.Legacy(null, DLDataType.Int8, 0));
        (HandMadeTensor.DeleterCalls - before).Should().Be(2);

        NativePeer.DeleteOnThread(HandMadeTensor.Versioned(null, DLDataType.Int8, 0));
        NativePeer.DeleteOnThread(HandMadeTensor.Legacy(null, DLDataType.Int8, 0));
        (HandMadeTensor.DeleterCalls - before).Should().Be(4);

        NativePeer.DeleteOnThreads(
            [.. Enumerable.Range(0, 8).Select(_ => (nint)HandMadeTensor.Versioned(null, DLDataType.Int8, 0))]);
        NativePeer.DeleteLegacyOnThreads(
            [.. Enumerable.Range(0, 8).Select(_ => (nint)HandMadeTensor.Legacy(null, DLDataType.Int8, 0))]);
        (HandMadeTensor.DeleterCalls - before).Should().Be(20);
    }

    [Fact]
    public void A_holder_deletes_only_when_told_and_only_once()
    {
        int before = HandMadeTensor.DeleterCalls;
        using PeerHolder holder = NativePeer.Hold(HandMadeTensor.Versioned(null, DLDataType.Int8, 0));
        using PeerHolder legacyHolder = NativePeer.Hold(HandMadeTensor.Legacy(null, DLDataType.Int8, 0));

        (HandMadeTensor.DeleterCalls - before).Should().Be(0);
        holder.LetGo();
        (HandMadeTensor.DeleterCalls - before).Should().Be(1);
        legacyHolder.LetGo();
        legacyHolder.LetGo();
        (HandMadeTensor.DeleterCalls - before).Should().Be(2);
    }

    [Fact]
    public void Produced_tensors_are_counted_until_they_end()
    {
        long live = NativePeer.LiveTensors;
        long calls = NativePeer.DeleterCalls;

        DLManagedTensorVersioned* versioned = NativePeer.Versioned(TwoByThree);
        DLManagedTensor* legacy = NativePeer.Legacy(TwoByThree);
        DLManagedTensor* withoutDeleter = NativePeer.Legacy(TwoByThree with { SendsNullDeleter = true });
        (NativePeer.LiveTensors - live).Should().Be(3);
        NativePeer.Complaint(versioned).Should().BeNull();
        NativePeer.Complaint(legacy).Should().BeNull();
        NativePeer.Complaint(withoutDeleter).Should().Contain("deleter");

        versioned->deleter(versioned);
        legacy->deleter(legacy);
        (NativePeer.DeleterCalls - calls).Should().Be(2);
        NativePeer.Discard(withoutDeleter);
        (NativePeer.DeleterCalls - calls).Should().Be(2);
        (NativePeer.LiveTensors - live).Should().Be(0);
    }

    [Fact]
    public void A_recipe_is_followed()
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(new PeerTensor
        {
            Shape = [3, 1],
            DType = DLDataType.Complex64,
            Device = DLDevice.Cuda(2),
            ByteOffset = 8,
            Flags = DLPackFlags.ReadOnly | DLPackFlags.IsCopied,
            Version = new DLPackVersion(1, 7),
            SendsNullStrides = true,
        });

        tensor->version.Should().Be(new DLPackVersion(1, 7));
        tensor->flags.Should().Be(DLPackFlags.ReadOnly | DLPackFlags.IsCopied);
        tensor->dl_tensor.dtype.Should().Be(DLDataType.Complex64);
        tensor->dl_tensor.device.Should().Be(DLDevice.Cuda(2));
        tensor->dl_tensor.byte_offset.Should().Be(8);
        tensor->dl_tensor.ndim.Should().Be(2);
        new ReadOnlySpan<long>(tensor->dl_tensor.shape, 2).ToArray().Should().Equal(3, 1);
        (tensor->dl_tensor.strides is null).Should().BeTrue();

        NativePeer.Delete(tensor);
    }

    [Fact]
    public void Empty_and_scalar_tensors_are_as_the_header_wants_them()
    {
        foreach (long[] shape in new long[][] { [], [0], [1, 8, 0, 128] })
        {
            DLManagedTensorVersioned* tensor = NativePeer.Versioned(new PeerTensor { Shape = shape });
            NativePeer.Complaint(tensor).Should().BeNull();
            NativePeer.Delete(tensor);
        }
    }

    [Fact]
    public void A_poisoned_tensor_can_still_be_deleted()
    {
        long calls = NativePeer.DeleterCalls;
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(
            TwoByThree with { Version = new DLPackVersion(2, 0), PoisonsAfterFlags = true });

        ((nuint)tensor->dl_tensor.data).Should().Be(unchecked((nuint)0xDDDDDDDDDDDDDDDD));
        NativePeer.Delete(tensor);

        (NativePeer.DeleterCalls - calls).Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_tensor_differs_from_a_good_one_and_can_be_deleted(PeerFault fault)
    {
        long live = NativePeer.LiveTensors;
        DLManagedTensorVersioned* good = NativePeer.Versioned(TwoByThree);
        DLManagedTensorVersioned* versioned = NativePeer.BadVersioned(fault);
        DLManagedTensor* legacy = NativePeer.BadLegacy(fault);

        Describe(&versioned->dl_tensor).Should().NotBe(Describe(&good->dl_tensor));
        Describe(&legacy->dl_tensor).Should().Be(Describe(&versioned->dl_tensor));

        NativePeer.Delete(good);
        NativePeer.Delete(versioned);
        NativePeer.Delete(legacy);
        (NativePeer.LiveTensors - live).Should().Be(0);
    }

    [Fact]
    public void The_floor_of_an_import_reads_the_tensor_each_time()
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(TwoByThree);

        ulong addresses = NativePeer.FloorOfImport(tensor, 10);

        addresses.Should().Be(unchecked(10 * (ulong)tensor->dl_tensor.data));
        NativePeer.Delete(tensor);
    }

    private static string Describe(DLTensor* t) => FormattableString.Invariant(
        $"{t->data is null} {t->ndim} {t->dtype} {t->byte_offset} {Pair(t->shape)} {Pair(t->strides)}");

    private static string Pair(long* extents) =>
        extents is null ? "null" : FormattableString.Invariant($"{extents[0]},{extents[1]}");
}
