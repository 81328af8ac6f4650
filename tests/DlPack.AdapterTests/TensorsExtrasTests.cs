using System.Buffers;
using System.Numerics;
using System.Numerics.Tensors;
using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What only this library has.</summary>
public sealed unsafe class TensorsExtrasTests : LeakChecked
{
    private static Tensor<int> SixOf() => Tensor.Create(Range(1, 6), [2, 3]);

    private static int[] Range(int start, int count) => [.. Enumerable.Range(start, count)];

    [Fact]
    public void A_span_goes_out_as_a_copy_in_row_major_order()
    {
        Tensor<int> tensor = SixOf();
        using DlPackObject copy = Tensor.Transpose(tensor).AsReadOnlyTensorSpan().AsDlPack();
        using DlPackObject other = DlPack.AsDlPack(tensor.AsTensorSpan());
        tensor[0, 0] = 9;
        copy.ToArray<int>().Should().Equal(1, 4, 2, 5, 3, 6);
        copy.IsContiguous.Should().BeTrue();
        copy.IsCopied.Should().BeTrue();
        other.ToArray<int>().Should().Equal(1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void A_span_is_lent_for_a_call_where_it_lies()
    {
        Tensor<int> tensor = SixOf();
        Tensor<int> column = tensor.Slice(new NRange(0, 2), new NRange(1, 2));
        column.AsTensorSpan().Lend(lent =>
        {
            lent->ndim.Should().Be(2);
            lent->shape[1].Should().Be(1);
            ((int*)lent->data)[lent->strides[0]] = 50;
        });
        DlPack.Lend(column.AsReadOnlyTensorSpan(), lent => ((int*)lent->data)[0].Should().Be(2));
        tensor[1, 1].Should().Be(50);
    }

    [Fact]
    public void A_scalar_comes_in_as_one_dimension_of_one()
    {
        using DlPackObject tensor = DlPack.AsDlPack(Range(5, 1), shape: []);
        tensor.AsTensorSpan<int>()[0].Should().Be(5);
        tensor.ToTensor<int>().Lengths.ToArray().Should().Equal(1);
    }

    [Fact]
    public void A_tensor_of_rank_0_has_no_elements()
    {
        using DlPackObject tensor = Tensor<int>.Empty.AsDlPack();
        using DlPackObject copy = ReadOnlyTensorSpan<int>.Empty.AsDlPack();
        tensor.Shape.ToArray().Should().Equal(0);
        copy.Shape.ToArray().Should().Equal(0);
        tensor.Dlpack().Dispose();
    }

    [Fact]
    public void Structs_are_one_more_dimension_both_ways()
    {
        Tensor<Vector3> whole = Tensor.Create(new Vector3[6], [2, 3]);
        using DlPackObject tensor = Tensor.Transpose(whole).AsDlPack();
        tensor.Shape.ToArray().Should().Equal(3, 2, 3);
        tensor.Strides.ToArray().Should().Equal(3, 9, 1);
        tensor.AsTensorSpan<Vector3>()[2, 1] = Vector3.One;
        whole[1, 2].Should().Be(Vector3.One);
        tensor.ToTensor<Vector3>()[2, 1].Should().Be(Vector3.One);
    }

    [Fact]
    public void Repeated_elements_are_read_but_overlapping_ones_are_refused()
    {
        using DlPackObject repeated = DlPack.AsDlPack(Range(1, 3), [2, 3], [0, 1]);
        repeated.AsReadOnlyTensorSpan<int>()[1, 2].Should().Be(3);
        using DlPackObject windows = DlPack.AsDlPack(Range(1, 4), [2, 3], [1, 1]);
        Action view = () => windows.AsTensorSpan<int>();
        view.Should().Throw<DlPackException>().WithMessage("*overlap*");
        windows.ToTensor<int>().ToArray().Should().Equal(1, 2, 3, 2, 3, 4);
    }

    [Fact]
    public void A_broadcast_tensor_goes_out_read_only_with_strides_of_0()
    {
        Tensor<int> row = Tensor.Create(Range(1, 3), 0, [2, 3], [0, 1]);
        using DlPackObject tensor = row.AsDlPack();
        tensor.Strides.ToArray().Should().Equal(0, 1);
        tensor.IsReadOnly.Should().BeTrue();
        tensor.ToArray<int>().Should().Equal(1, 2, 3, 1, 2, 3);
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        back.AsReadOnlyTensorSpan<int>()[1, 2].Should().Be(3);
    }

    [Fact]
    public void A_slice_of_a_pinned_tensor_of_an_array_goes_out_from_its_first_element()
    {
        Tensor<int> whole = Tensor.Create(Range(0, 24), 4, [4, 5], [5, 1]);
        Tensor<int> slice = Tensor.Transpose(whole.Slice(new NRange(1, 3), new NRange(2, 5)));
        using MemoryHandle pin = whole.GetPinnedHandle();
        using DlPackObject tensor = slice.AsDlPack();
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        tensor.Dispose();
        back.Shape.ToArray().Should().Equal(3, 2);
        back.Strides.ToArray().Should().Equal(1, 5);
        back.ToArray<int>().Should().Equal(11, 16, 12, 17, 13, 18);
        slice[2, 1] = -1;
        back.AsTensorSpan<int>()[2, 1].Should().Be(-1);
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 4, 1 }, 5)]
    [InlineData(new long[] { 2, 3 }, new long[] { 1, 2 }, 0)]
    [InlineData(new long[] { 1, 3 }, new long[] { 9, 1 }, 17)]
    [InlineData(new long[] { }, new long[] { }, 19)]
    public void A_tensor_over_an_array_shares_it(long[] shape, long[] strides, long offset)
    {
        int[] items = Range(0, 20);
        Tensor<int> shared;
        using (DlPackObject tensor = DlPack.AsDlPack(items, shape, strides, offset: offset))
        {
            shared = tensor.ToTensor<int>();
            shared.ToArray().Should().Equal(tensor.ToArray<int>());
        }

        nint[] last = [.. shared.Lengths.ToArray().Select(length => length - 1)];
        shared[last] = 100;
        long place = shape.Length == 0 ? offset : offset + Indexes.Flat([.. last.Select(i => (long)i)], strides);
        items[place].Should().Be(100);
        items[offset] = 200;
        shared.FlattenTo(items = new int[20]);
        items[0].Should().Be(200);
    }

    [Fact]
    public void What_a_tensor_may_not_or_cannot_share_it_copies()
    {
        int[] items = Range(1, 6);
        Copies(DlPack.AsDlPack((ReadOnlyMemory<int>)items));
        Copies(DlPack.AsDlPack(items, [2, 3], [-3, 1], offset: 3));
        Copies(DlPack.AsDlPack(items, [2, 5], [1, 1]));
        Copies(DlPack.AsDlPack(items, [2, 3], [0, 1]));
        Copies(DlPack.AsDlPack(new int[2, 3]));
        Copies(DlPack.AsDlPack((int[])(object)new uint[3]));
        Copies(DlPack.AsDlPack(new MemoryOfOne()));
        using DlPackObject floats = DlPack.AsDlPack(items, dtype: DLDataType.Float32);
        Action other = () => floats.ToTensor<int>();
        other.Should().Throw<DlPackException>().WithMessage("*float32*");

        static void Copies(DlPackObject tensor)
        {
            using DlPackObject disposed = tensor;
            Tensor<int> copy = tensor.ToTensor<int>();
            int[] before = tensor.ToArray<int>();
            copy.Fill(-1);
            tensor.ToArray<int>().Should().Equal(before);
        }
    }

    [Fact]
    public void An_array_of_structs_is_shared_unless_the_strides_split_them()
    {
        Vector2[] items = [new(1, 2), new(3, 4)];
        using DlPackObject tensor = DlPack.AsDlPack(items);
        tensor.ToTensor<Vector2>()[1] = Vector2.Zero;
        items[1].Should().Be(Vector2.Zero);
        using DlPackObject split = DlPack.AsDlPack(tensor, [1, 2], [4, 1], offset: 1);
        Action view = () => split.ToTensor<Vector2>()[0] = Vector2.One;
        view.Should().NotThrow();
        items[0].Should().Be(new Vector2(1, 2));
    }

    [Fact]
    public void A_packed_dtype_is_laid_over_the_address_of_the_lent_bytes()
    {
        Tensor<byte> tensor = Tensor.Create(new byte[] { 0x21, 0x43, 0x65, 0x07 }, [2, 2]);
        Action lend = () => tensor.AsDlPack(DLDataType.Float4E2M1FN);
        lend.Should().Throw<ArgumentException>()
            .WithMessage("*no whole number of float4*Data*DlPackOwner.FromDisposable(tensor)*");

        DlPackObject bytes = tensor.AsDlPack();
        using DlPackObject packed = DlPack.AsDlPack(
            bytes.Data, DLDataType.Float4E2M1FN, [2, 4], owner: DlPackOwner.FromDisposable(bytes));
        using DlPackObject back = DlPack.FromDlpack(packed.Dlpack());
        packed.Dispose();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        back.DType.Should().Be(DLDataType.Float4E2M1FN);
        back.Shape.ToArray().Should().Equal(2, 4);
        back.AsSpan<byte>().ToArray().Should().Equal(0x21, 0x43, 0x65, 0x07);
        back.AsSpan<byte>()[3] = 9;
        tensor[1, 1].Should().Be(9);
    }

    [Theory]
    [InlineData(new long[] { 0 })]
    [InlineData(new long[] { 0, 3 })]
    [InlineData(new long[] { 2, 0, 3 })]
    [InlineData(new long[] { 1, 1, 0 })]
    public void Tensors_without_elements_go_both_ways(long[] shape)
    {
        nint[] lengths = Indexes.Native(shape);
        using DlPackObject tensor = Tensor.CreateFromShape<int>(lengths).AsDlPack();
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        back.Shape.ToArray().Should().Equal(shape);
        Check(back);
        using DlPackObject array = DlPack.AsDlPack(new int[6], shape, offset: 6);
        Check(array);
        using DlPackObject native = DlPack.Allocate<int>(shape);
        Check(native);
        using DlPackObject strided = DlPack.AsDlPack(new int[6], shape, [.. shape.Select(_ => -5L)]);
        Check(strided);

        void Check(DlPackObject empty)
        {
            empty.AsTensorSpan<int>().Lengths.ToArray().Should().Equal(lengths);
            empty.AsTensorSpan<int>().FlattenedLength.Should().Be(0);
            empty.AsReadOnlyTensorSpan<int>().Lengths.ToArray().Should().Equal(lengths);
            empty.AsReadOnlyTensorSpan<int>().IsEmpty.Should().BeTrue();
            empty.ToTensor<int>().Lengths.ToArray().Should().Equal(lengths);
            using DlPackObject copy = empty.AsTensorSpan<int>().AsDlPack();
            copy.Shape.ToArray().Should().Equal(shape);
        }
    }

    [Fact]
    public void Structs_without_elements_are_seen_too()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[0, 4, 3]);
        tensor.AsTensorSpan<Vector3>().Lengths.ToArray().Should().Equal(0, 4);
        tensor.AsReadOnlyTensorSpan<Vector3>().Lengths.ToArray().Should().Equal(0, 4);
    }

    [Fact]
    public void Another_type_of_the_same_size_can_be_named()
    {
        using DlPackObject tensor = Tensor.Create(new ushort[4], [4]).AsDlPack(DLDataType.BFloat16);
        tensor.DType.Should().Be(DLDataType.BFloat16);
        tensor.AsTensorSpan<ushort>().FlattenedLength.Should().Be(4);
    }

    private sealed class MemoryOfOne : IMemoryOwner<int>
    {
        public Memory<int> Memory { get; } = new int[1];

        public void Dispose()
        {
        }
    }
}
