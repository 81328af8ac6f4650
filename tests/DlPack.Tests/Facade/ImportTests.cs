using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Tensors that come in, from the library itself and from a producer in C.</summary>
public sealed unsafe class ImportTests : LeakChecked
{
    private static readonly PeerTensor TwoByThree = new() { Shape = [2, 3] };

    [Fact]
    public void A_capsule_is_consumed_by_its_import()
    {
        float[,] m = { { 1, 2 }, { 3, 4 } };
        using DlPackObject dl = DlPack.AsDlPack(m);
        using DlPackCapsule capsule = dl.Dlpack();
        using DlPackObject back = DlPack.FromDlpack(capsule);
        using DlPackObject legacy = DlPack.FromDlpack(dl.Dlpack(maxVersion: new DLPackVersion(0, 8)));

        capsule.IsConsumed.Should().BeTrue();
        back.AsSpan<float>()[3] = 40;
        m[1, 1].Should().Be(40);
        legacy.ToArray<float>().Should().Equal(1, 2, 3, 40);
        Live.Imports.Should().Be(2);
    }

    [Fact]
    public void What_came_in_can_be_lent_on()
    {
        int[] array = [1, 2, 3];
        DlPackObject dl = DlPack.AsDlPack(array);
        for (int i = 0; i < 5; i++)
        {
            DlPackObject next = DlPack.FromDlpack(dl.Dlpack());
            dl.Dispose();
            dl = next;
        }

        using var borrowed = new Borrowed(dl);
        dl.Dispose();
        Live.Imports.Should().Be(5);
        borrowed.At<int>(1) = 20;
        array.Should().Equal(1, 20, 3);
    }

    [Fact]
    public void A_foreign_tensor_lives_until_the_last_borrower_is_done()
    {
        long calls = NativePeer.DeleterCalls;
        DlPackObject dl = DlPack.FromDlpack(NativePeer.Versioned(TwoByThree));
        DlPackObject view = DlPack.AsDlPack(dl, [3], offset: 3);
        var borrowed = new Borrowed(dl);

        dl.Dispose();
        view.ToArray<float>().Should().Equal(3, 4, 5);
        view.Dispose();
        borrowed.Elements<float>().Should().Equal(0, 1, 2, 3, 4, 5);
        NativePeer.DeleterCalls.Should().Be(calls);
        borrowed.Dispose();
        NativePeer.DeleterCalls.Should().Be(calls + 1);
    }

    [Fact]
    public void Null_strides_mean_row_major_and_are_sent_on_as_numbers()
    {
        PeerTensor recipe = TwoByThree with { SendsNullStrides = true };
        using DlPackObject versioned = DlPack.FromDlpack(NativePeer.Versioned(recipe));
        using DlPackObject legacy = DlPack.FromDlpack(NativePeer.Legacy(recipe));
        using var borrowed = new Borrowed(legacy);

        versioned.Strides.ToArray().Should().Equal(3, 1);
        borrowed.Strides.Should().Equal(3, 1);
        legacy.ToArray2D<float>().Should().BeEquivalentTo(new float[,] { { 0, 1, 2 }, { 3, 4, 5 } });
    }

    [Theory]
    [InlineData(4)]
    [InlineData(64)]
    [InlineData(2)]
    public void A_byte_offset_is_honoured_and_sent_on_as_zero(int byteOffset)
    {
        var recipe = new PeerTensor
        {
            Shape = [2, 3],
            Strides = [-1, 2],
            DType = DLDataType.UInt16,
            ByteOffset = (ulong)byteOffset,
        };
        using DlPackObject dl = DlPack.FromDlpack(NativePeer.Versioned(recipe));
        using var borrowed = new Borrowed(dl);

        dl.ToArray<ushort>().Should().Equal(0, 1, 2, 3, 4, 5);
        dl.ByteOffset.Should().Be(0);
        ((long)borrowed.Tensor->byte_offset).Should().Be(0);
        borrowed.Elements<ushort>().Should().Equal(0, 1, 2, 3, 4, 5);
    }

    [Fact]
    public void Flags_and_device_come_in()
    {
        using DlPackObject dl = DlPack.FromDlpack(NativePeer.Versioned(TwoByThree with
        {
            Flags = DLPackFlags.ReadOnly | DLPackFlags.IsCopied,
            Device = DLDevice.Cuda(3),
            Version = new DLPackVersion(1, 99),
        }));

        dl.IsReadOnly.Should().BeTrue();
        dl.IsCopied.Should().BeTrue();
        dl.Device.Should().Be(DLDevice.Cuda(3));
    }

    [Fact]
    public void The_producers_struct_is_never_written_to()
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(
            TwoByThree with { SendsNullStrides = true, ByteOffset = 4 });
        byte[] before = new ReadOnlySpan<byte>(tensor, sizeof(DLManagedTensorVersioned)).ToArray();

        using DlPackObject dl = DlPack.FromDlpack(tensor);
        dl.AsSpan<float>()[0] = 1;
        using (new Borrowed(dl))
        {
            new ReadOnlySpan<byte>(tensor, sizeof(DLManagedTensorVersioned)).ToArray().Should().Equal(before);
        }
    }

    [Fact]
    public void Scalars_and_empty_tensors_come_in()
    {
        using DlPackObject scalar = DlPack.FromDlpack(NativePeer.Legacy(new PeerTensor { Shape = [] }));
        using DlPackObject empty = DlPack.FromDlpack(NativePeer.Versioned(new PeerTensor { Shape = [1, 8, 0, 128] }));

        scalar.ToArray<float>().Should().Equal(0f);
        empty.Shape.ToArray().Should().Equal(1, 8, 0, 128);
        empty.Length.Should().Be(0);
        empty.Data.Should().Be(0);
        empty.AsSpan<float>().Length.Should().Be(0);
    }
}
