using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>Tensors of every layout that a C producer may send, read in place and copied.</summary>
public sealed unsafe class ImportLayoutTests : PeerLeakCheckedTests
{
    /// <summary>Shape, strides (null: row-major), byte offset, and whether the strides are sent as null.</summary>
    public static TheoryData<long[], long[]?, ulong, bool> Layouts => new()
    {
        { [], null, 0, false },
        { [], null, 12, false },
        { [1], null, 0, false },
        { [6], null, 0, false },
        { [6], null, 0, true },
        { [6], [2], 0, false },
        { [6], [-1], 0, false },
        { [6], [-3], 8, false },
        { [2, 3], null, 0, false },
        { [2, 3], null, 4, true },
        { [2, 3], [1, 2], 0, false },
        { [2, 3], [-3, 1], 0, false },
        { [2, 3], [3, -1], 16, false },
        { [2, 3], [-3, -1], 0, false },
        { [2, 3], [8, 2], 0, false },
        { [4, 3], [0, 1], 0, false },
        { [4, 3], [1, 0], 4, false },
        { [1, 3], [1000, 1], 0, false },
        { [3, 1], [1, -1000], 0, false },
        { [1, 1, 1], [7, 7, 7], 0, true },
        { [2, 1, 3, 1], [3, 99, 1, 99], 0, false },
        { [2, 3, 4], [4, 8, 1], 0, false },
        { [2, 3, 4], [1, 2, 6], 0, false },
        { [2, 2, 2, 2, 2, 2, 2, 2, 2, 2], null, 0, false },
        { [0], null, 0, false },
        { [3, 0], [1, 1], 0, false },
        { [1, 8, 0, 128], null, 0, true },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_versioned_tensor_has_the_values_that_C_reads(
        long[] shape, long[]? strides, ulong byteOffset, bool sendsNullStrides)
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(Recipe(shape, strides, byteOffset, sendsNullStrides));
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        Check(tensor, &lent->dl_tensor, shape, strides);

        tensor.Dispose();
        PeerDeletions.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void A_legacy_tensor_has_the_values_that_C_reads(
        long[] shape, long[]? strides, ulong byteOffset, bool sendsNullStrides)
    {
        DLManagedTensor* lent = NativePeer.Legacy(Recipe(shape, strides, byteOffset, sendsNullStrides));
        using DlPackObject tensor = DlPack.FromDlpack(lent);

        Check(tensor, &lent->dl_tensor, shape, strides);

        tensor.Dispose();
        PeerDeletions.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void What_came_in_can_be_lent_on_with_the_same_values(
        long[] shape, long[]? strides, ulong byteOffset, bool sendsNullStrides)
    {
        DLManagedTensorVersioned* lent = NativePeer.Versioned(Recipe(shape, strides, byteOffset, sendsNullStrides));
        double[] expected = Read(&lent->dl_tensor);
        DLManagedTensorVersioned* lentOn;
        DLManagedTensorVersioned* copy;
        using (DlPackObject tensor = DlPack.FromDlpack(lent))
        {
            lentOn = DlPack.Export(tensor);
            copy = (DLManagedTensorVersioned*)tensor.Dlpack(copy: true).Consume();
        }

        NativePeer.Complaint(lentOn).Should().BeNull();
        Read(&lentOn->dl_tensor).Should().Equal(expected);
        NativePeer.Complaint(copy).Should().BeNull();
        Read(&copy->dl_tensor).Should().Equal(expected);
        ((nuint)copy->dl_tensor.data % 256).Should().Be(0);
        copy->flags.Should().Be(DLPackFlags.IsCopied);

        NativePeer.Delete(copy);
        PeerDeletions.Should().Be(0);
        NativePeer.DeleteOnThread(lentOn);
        PeerDeletions.Should().Be(1);
    }

    private static PeerTensor Recipe(long[] shape, long[]? strides, ulong byteOffset, bool sendsNullStrides) => new()
    {
        Shape = shape,
        Strides = sendsNullStrides ? null : strides,
        ByteOffset = byteOffset,
        SendsNullStrides = sendsNullStrides,
    };

    private static void Check(DlPackObject tensor, DLTensor* lent, long[] shape, long[]? strides)
    {
        tensor.Shape.ToArray().Should().Equal(shape);
        tensor.DType.Should().Be(DLDataType.Float32);
        tensor.Device.Should().Be(DLDevice.Cpu);

        double[] expected = Read(lent);
        tensor.ToArray<float>().Select(value => (double)value).Should().Equal(expected);
        if (strides is null || !strides.Contains(0))
        {
            expected.Should().Equal(Enumerable.Range(0, expected.Length).Select(i => (double)i));
        }

        if (expected.Length == 0)
        {
            tensor.Data.Should().Be(0);
            return;
        }

        tensor.Data.Should().Be((nint)lent->data + (nint)lent->byte_offset, "nothing is copied");
        tensor.IsReadOnly
            .Should().Be(strides is not null && strides.Contains(0), "only repeated elements may not be written");
        if (tensor.IsContiguous)
        {
            tensor.AsReadOnlySpan<float>().ToArray().Select(value => (double)value).Should().Equal(expected);
        }
    }

    private static double[] Read(DLTensor* tensor)
    {
        var values = new double[NativePeer.Count(tensor)];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = NativePeer.Read(tensor, i);
        }

        return values;
    }
}
