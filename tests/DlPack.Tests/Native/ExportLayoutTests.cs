using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>Arrays lent in every layout: C reads and writes the elements that .NET means.</summary>
public sealed unsafe class ExportLayoutTests : PeerLeakCheckedTests
{
    private readonly int[] _array = [.. Enumerable.Range(100, 24)];

    /// <summary>Shape, strides (empty: row-major) and offset within 24 elements.</summary>
    public static TheoryData<long[], long[], long> Layouts => new()
    {
        { [], [], 0 },
        { [], [], 23 },
        { [24], [], 0 },
        { [1], [], 7 },
        { [1], [-5], 7 },
        { [12], [2], 1 },
        { [24], [-1], 23 },
        { [8], [-3], 22 },
        { [4, 6], [], 0 },
        { [6, 4], [1, 6], 0 },
        { [2, 3], [12, 2], 5 },
        { [4, 6], [-6, 1], 18 },
        { [4, 6], [6, -1], 5 },
        { [4, 6], [-6, -1], 23 },
        { [3, 5], [0, 1], 4 },
        { [5, 3], [1, 0], 4 },
        { [3, 3], [1, 1], 0 },
        { [1, 24], [1, 1], 0 },
        { [24, 1], [1, 100], 0 },
        { [2, 3, 4], [4, 8, 1], 0 },
        { [4, 3, 2], [1, 4, 12], 0 },
        { [1, 1, 1, 1, 1, 1, 1, 1, 2, 3], [], 3 },
        { [0], [], 24 },
        { [2, 0, 3], [], 0 },
        { [0, 5], [-1, 9], 3 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void C_reads_the_values_and_the_sum(long[] shape, long[] strides, long offset)
    {
        long[] indexes = IndexesOf(shape, strides, offset);
        using DlPackObject tensor = DlPack.AsDlPack(_array, shape, strides, offset: offset);
        nint[] lent =
        [
            (nint)DlPack.Export(_array, shape, strides, offset: offset),
            (nint)DlPack.Export(tensor),
            tensor.Dlpack(copy: true).Consume(),
        ];

        foreach (nint pointer in lent)
        {
            var versioned = (DLManagedTensorVersioned*)pointer;
            NativePeer.Complaint(versioned).Should().BeNull();
            Check(&versioned->dl_tensor, shape, indexes);
            NativePeer.Delete(versioned);
        }

        tensor.ToArray<int>().Should().Equal(indexes.Select(i => _array[i]));
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void C_reads_the_values_from_legacy_structs_too(long[] shape, long[] strides, long offset)
    {
        long[] indexes = IndexesOf(shape, strides, offset);
        using DlPackObject tensor = DlPack.AsDlPack(_array, shape, strides, offset: offset);
        nint[] lent =
        [
            (nint)DlPack.ExportLegacy(_array, shape, strides, offset: offset),
            (nint)DlPack.ExportLegacy(tensor),
        ];

        foreach (nint pointer in lent)
        {
            var legacy = (DLManagedTensor*)pointer;
            NativePeer.Complaint(legacy).Should().BeNull();
            Check(&legacy->dl_tensor, shape, indexes);
            NativePeer.Delete(legacy);
        }
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void What_C_writes_is_in_the_array_and_nowhere_else(long[] shape, long[] strides, long offset)
    {
        long[] indexes = IndexesOf(shape, strides, offset);
        int[] expected = [.. _array];
        DLManagedTensorVersioned* lent = DlPack.Export(_array, shape, strides, offset: offset);

        for (int i = 0; i < indexes.Length; i++)
        {
            NativePeer.Write(&lent->dl_tensor, i, -i);
            expected[indexes[i]] = -i;
        }

        _array.Should().Equal(expected);
        NativePeer.Delete(lent);
        _array.Should().Equal(expected);
    }

    [Fact]
    public void What_dotnet_writes_is_seen_by_C_at_once()
    {
        DLManagedTensorVersioned* lent = DlPack.Export(_array, [6, 4], [1, 6]);

        _array[1] = -7;

        NativePeer.Read(&lent->dl_tensor, 4).Should().Be(-7);
        NativePeer.Delete(lent);
    }

    [Fact]
    public void Large_arrays_have_the_same_sum_on_both_sides()
    {
        double[,] matrix = new double[300, 700];
        double sum = 0;
        for (int i = 0; i < 300; i++)
        {
            for (int j = 0; j < 700; j++)
            {
                matrix[i, j] = (i * 31) ^ j;
                sum += matrix[i, j];
            }
        }

        using DlPackObject tensor = DlPack.AsDlPack(matrix);
        using DlPackObject transposed = DlPack.AsDlPack(tensor, [700, 300], [1, 700]);
        DLManagedTensorVersioned* lent = DlPack.Export(transposed);
        var copy = (DLManagedTensorVersioned*)transposed.Dlpack(copy: true).Consume();

        NativePeer.Sum(&lent->dl_tensor).Should().Be(sum);
        NativePeer.Sum(&copy->dl_tensor).Should().Be(sum);
        NativePeer.Read(&copy->dl_tensor, (123 * 300) + 45).Should().Be(matrix[45, 123]);
        NativePeer.Delete(lent);
        NativePeer.Delete(copy);
    }

    private void Check(DLTensor* tensor, long[] shape, long[] indexes)
    {
        new ReadOnlySpan<long>(tensor->shape, tensor->ndim).ToArray().Should().Equal(shape);
        NativePeer.Count(tensor).Should().Be(indexes.Length);
        for (int i = 0; i < indexes.Length; i++)
        {
            NativePeer.Read(tensor, i).Should().Be(_array[indexes[i]]);
        }

        NativePeer.Sum(tensor).Should().Be(indexes.Sum(i => (double)_array[i]));
    }

    /// <summary>The index in the array of each element, in row-major order.</summary>
    private static long[] IndexesOf(long[] shape, long[] strides, long offset)
    {
        long[] indexes = [offset];
        for (int i = 0; i < shape.Length; i++)
        {
            long stride = strides.Length > 0
                ? strides[i]
                : shape.Skip(i + 1).Aggregate(1L, (product, n) => product * n);
            indexes =
            [
                .. indexes.SelectMany(start => Enumerable.Range(0, (int)shape[i]).Select(n => start + (n * stride))),
            ];
        }

        return indexes;
    }
}
