using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>What came in stays its producer's: the struct is only read, and its deleter decides.</summary>
public sealed unsafe class ImportOwnershipTests : PeerLeakCheckedTests
{
    private static readonly PeerTensor TwoByThree = new() { Shape = [2, 3] };

    [Fact]
    public void A_tensor_without_a_deleter_is_used_and_left_to_its_producer()
    {
        DLManagedTensorVersioned* versioned = NativePeer.Versioned(TwoByThree with { SendsNullDeleter = true });
        DLManagedTensor* legacy = NativePeer.Legacy(TwoByThree with { SendsNullDeleter = true });

        using (DlPackObject first = DlPack.FromDlpack(versioned))
        using (DlPackObject second = DlPack.FromDlpack(legacy))
        {
            Live.Imports.Should().Be(2);
            first.ToArray<float>().Should().Equal(second.ToArray<float>()).And.HaveCount(6);
        }

        Live.Imports.Should().Be(0);
        PeerDeletions.Should().Be(0);
        NativePeer.Discard(versioned);
        NativePeer.Discard(legacy);
    }

    [Fact]
    public void The_structs_of_the_producer_are_never_written()
    {
        // With everything that this library would write otherwise: odd strides, an offset, unknown flags, a minor.
        PeerTensor odd = new()
        {
            Shape = [2, 1, 3],
            Strides = [-3, 77, 1],
            ByteOffset = 4,
            Flags = (DLPackFlags)0x8000,
            Version = new DLPackVersion(1, 42),
        };
        DLManagedTensorVersioned* versioned = NativePeer.Versioned(odd);
        DLManagedTensor* legacy = NativePeer.Legacy(odd);
        byte[] before = [.. Bytes(versioned), .. Bytes(legacy)];

        using DlPackObject first = DlPack.FromDlpack(versioned);
        using DlPackObject second = DlPack.FromDlpack(legacy);
        foreach (DlPackObject tensor in new[] { first, second })
        {
            using DlPackObject view = DlPack.AsDlPack(tensor, [3], [1]);
            view.AsSpan<float>().Fill(9);
            tensor.Dlpack().Dispose();
            tensor.Dlpack(maxVersion: new DLPackVersion(0, 8), copy: true).Dispose();
            tensor.Copy().Dispose();
            _ = tensor.ToString();
        }

        byte[] after = [.. Bytes(versioned), .. Bytes(legacy)];
        after.Should().Equal(before);
    }

    [Fact]
    public void A_faulty_struct_is_not_written_before_it_is_deleted()
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(TwoByThree with { SendsNullDeleter = true });
        tensor->dl_tensor.dtype.lanes = 0;
        byte[] before = [.. Bytes(tensor)];

        Action import = () => DlPack.FromDlpack(tensor);

        import.Should().Throw<DlPackException>();
        Bytes(tensor).ToArray().Should().Equal(before);
        NativePeer.Discard(tensor);
    }

    [Fact]
    public void The_struct_is_read_only_until_the_import_returns()
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(TwoByThree);
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        DLTensor good = lent->dl_tensor;
        lent->dl_tensor.shape[0] = long.MaxValue;
        lent->dl_tensor.strides[0] = long.MaxValue;
        lent->dl_tensor.data = (void*)8;
        lent->dl_tensor.ndim = 1000;

        tensor.Shape.ToArray().Should().Equal(2, 3);
        tensor.ToArray<float>().Should().Equal(0, 1, 2, 3, 4, 5);
        lent->dl_tensor = good;
    }

    [Fact]
    public void Views_of_an_import_keep_it_alive_to_the_last()
    {
        DlPackObject tensor = DlPack.FromDlpack(NativePeer.Versioned(TwoByThree));
        DlPackObject row = DlPack.AsDlPack(tensor, [3], offset: 3);
        DlPackObject reversed = DlPack.AsDlPack(row, [3], [-1], offset: 2);

        tensor.Dispose();
        row.Dispose();
        PeerDeletions.Should().Be(0);
        reversed.ToArray<float>().Should().Equal(5, 4, 3);

        reversed.Dispose();
        PeerDeletions.Should().Be(1);
    }

    [Fact]
    public void A_device_that_this_processor_cannot_read_is_held_and_lent_on_but_never_touched()
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(TwoByThree with { Device = DLDevice.Cuda(3) });
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        tensor.Device.Should().Be(DLDevice.Cuda(3));
        Action read = () => tensor.ToArray<float>();
        read.Should().Throw<DlPackException>().WithMessage("*cuda:3*");
        tensor.ToString().Should().Be("float32[2, 3] on cuda:3");
        DLManagedTensorVersioned* lentOn = DlPack.Export(tensor);
        ((nint)lentOn->dl_tensor.data).Should().Be((nint)lent->dl_tensor.data);
        lentOn->dl_tensor.device.Should().Be(DLDevice.Cuda(3));
        NativePeer.Delete(lentOn);
    }

    [Fact]
    public void A_handle_keeps_its_offset_where_memory_has_no_addresses()
    {
        var metal = new DLDevice(DLDeviceType.kDLMetal);
        DLManagedTensorVersioned* lent = NativePeer.Versioned(TwoByThree with { Device = metal, ByteOffset = 32 });
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        DLManagedTensorVersioned* lentOn = DlPack.Export(tensor);

        ((nint)lentOn->dl_tensor.data).Should().Be((nint)lent->dl_tensor.data);
        lentOn->dl_tensor.byte_offset.Should().Be(32);
        NativePeer.Complaint(lentOn).Should().BeNull();
        NativePeer.Delete(lentOn);
    }

    private static ReadOnlySpan<byte> Bytes(DLManagedTensorVersioned* tensor) => (byte[])
    [
        .. new ReadOnlySpan<byte>(tensor, sizeof(DLManagedTensorVersioned)),
        .. Extents(&tensor->dl_tensor),
    ];

    private static ReadOnlySpan<byte> Bytes(DLManagedTensor* tensor) => (byte[])
    [
        .. new ReadOnlySpan<byte>(tensor, sizeof(DLManagedTensor)),
        .. Extents(&tensor->dl_tensor),
    ];

    private static ReadOnlySpan<byte> Extents(DLTensor* tensor) => (byte[])
    [
        .. new ReadOnlySpan<byte>(tensor->shape, tensor->ndim * sizeof(long)),
        .. new ReadOnlySpan<byte>(tensor->strides, tensor->ndim * sizeof(long)),
    ];
}
