using DlPackNet.Interop;
using DlPackNet.Tests.Lifetime;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>.NET arrays become tensors of libtorch on the same memory, in both structs.</summary>
public sealed unsafe class LibtorchExchangeTests : LeakCheckedTests
{
    public LibtorchExchangeTests() => Libtorch.Load();

    /// <summary>
    /// Shape, strides (empty: row-major) and offset in 24 elements. libtorch refuses negative strides.
    /// </summary>
    public static TheoryData<long[], long[], long> Layouts => new()
    {
        { [], [], 5 },
        { [24], [], 0 },
        { [0], [], 0 },
        { [3, 0, 2], [], 0 },
        { [1], [], 23 },
        { [1, 24], [], 0 },
        { [24, 1], [1, 77], 0 },
        { [4, 6], [], 0 },
        { [6, 4], [1, 6], 0 },
        { [2, 3], [12, 2], 1 },
        { [3, 4], [6, 1], 2 },
        { [2, 3, 4], [4, 8, 1], 0 },
        { [3, 5], [0, 1], 4 },
        { [1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3], [], 0 },
    };

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Libtorch_sees_the_layout_and_the_values_of_a_versioned_tensor(long[] shape, long[] strides, long offset)
    {
        double[] array = [.. Enumerable.Range(0, 24)];
        using DlPackObject tensor = DlPack.AsDlPack(array, shape, strides, offset: offset);
        using TorchTensor torch = TorchTensor.FromDlpack(DlPack.Export(tensor));

        Check(torch, tensor, shares: true);
    }

    [Theory]
    [MemberData(nameof(Layouts))]
    public void Libtorch_sees_the_layout_and_the_values_of_a_legacy_tensor(long[] shape, long[] strides, long offset)
    {
        double[] array = [.. Enumerable.Range(0, 24)];
        using DlPackObject tensor = DlPack.AsDlPack(array, shape, strides, offset: offset);
        using TorchTensor torch = TorchTensor.FromDlpack(DlPack.ExportLegacy(tensor));

        // Repeated elements are read-only, and those go out as a copy.
        Check(torch, tensor, shares: !tensor.IsReadOnly);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_libtorch_does_in_place_is_in_the_array_and_the_other_way_round(bool versioned)
    {
        float[] array = [1, 2, 3, 4, 5, 6];
        using (DlPackObject tensor = DlPack.AsDlPack(array, [3], [2]))
        using (TorchTensor torch = Lend(tensor, versioned))
        {
            torch.Multiply(10);
            array.Should().Equal(10, 2, 30, 4, 50, 6);

            array[4] = 1;
            torch.Sum().Should().Be(41);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_memory_is_released_when_the_last_tensor_of_libtorch_is(bool versioned)
    {
        var memory = new CountedMemory();
        TorchTensor torch;
        using (DlPackObject tensor = memory.Lend())
        {
            torch = Lend(tensor, versioned);
        }

        TorchTensor row = torch.Slice(0, 1, 2);
        torch.Dispose();
        memory.Releases.Should().Be(0);
        row.Sum().Should().Be(3 + 4 + 5);

        row.Dispose();
        memory.Releases.Should().Be(1);
    }

    [Fact]
    public void Arrays_stay_in_place_while_libtorch_has_them()
    {
        int[][] arrays = Collect.ArraysAmidGarbage<int>(20, 100);
        TorchTensor[] tensors = [.. arrays.Select(array =>
        {
            Array.Fill(array, 2);
            return TorchTensor.FromDlpack(DlPack.Export(array));
        })];

        Collect.Compacting();
        foreach (TorchTensor tensor in tensors)
        {
            tensor.Multiply(3);
            tensor.Sum().Should().Be(600);
            tensor.Dispose();
        }

        arrays.Should().AllSatisfy(array => array.Should().AllBeEquivalentTo(6));
    }

    [Fact]
    public void A_reversed_array_goes_to_libtorch_as_a_copy()
    {
        using DlPackObject reversed = DlPack.AsDlPack(new long[] { 1, 2, 3 }, [3], [-1], offset: 2);

        using TorchTensor torch = TorchTensor.FromDlpack(
            (DLManagedTensorVersioned*)reversed.Dlpack(copy: true).Consume());

        torch.Strides.Should().Equal(1);
        Elements(torch).Should().Equal(3, 2, 1);
    }

    [Fact]
    public void Read_only_memory_goes_to_a_legacy_libtorch_as_a_copy_that_it_may_write_to()
    {
        byte[] array = [1, 2, 3];
        using DlPackObject tensor = DlPack.AsDlPack((ReadOnlyMemory<byte>)array);
        using TorchTensor torch = TorchTensor.FromDlpack(DlPack.ExportLegacy(tensor));

        torch.Fill(9);

        array.Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Memory_goes_to_libtorch_and_back_many_times_without_a_copy()
    {
        var memory = new CountedMemory();
        DlPackObject tensor = memory.Lend();
        for (int i = 0; i < 10; i++)
        {
            using TorchTensor torch = Lend(tensor, versioned: i % 2 == 0);
            tensor.Dispose();
            tensor = i % 3 == 0
                ? DlPack.FromDlpack(torch.ToDlpackLegacy())
                : DlPack.FromDlpack(torch.ToDlpack());
        }

        tensor.Data.Should().Be(memory.Address);
        tensor.AsSpan<float>()[5].Should().Be(5);
        memory.Releases.Should().Be(0);
        tensor.Dispose();
        memory.Releases.Should().Be(1);
    }

    private static void Check(TorchTensor torch, DlPackObject tensor, bool shares)
    {
        torch.Shape.Should().Equal(tensor.Shape.ToArray());
        if (shares)
        {
            torch.Strides.Should().Equal(tensor.Strides.ToArray());
        }

        double[] expected = tensor.ToArray<double>();
        Elements(torch).Should().Equal(expected);
        torch.Sum().Should().Be(expected.Sum());
        (torch.Data == tensor.Data).Should().Be(shares || tensor.Length == 0);
    }

    /// <summary>The elements in row-major order, as libtorch itself lays them out.</summary>
    private static double[] Elements(TorchTensor tensor)
    {
        // Memory of .NET's own that libtorch copies into, one element after the other.
        double[] elements = new double[tensor.Shape.Aggregate(1L, (product, extent) => product * extent)];
        using TorchTensor destination = TorchTensor.FromDlpack(DlPack.Export(elements, tensor.Shape));
        destination.CopyFrom(tensor);
        return elements;
    }

    private static TorchTensor Lend(DlPackObject tensor, bool versioned) => versioned
        ? TorchTensor.FromDlpack(DlPack.Export(tensor))
        : TorchTensor.FromDlpack(DlPack.ExportLegacy(tensor));
}
