using System.Buffers;
using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Calls as a newcomer writes them: each must compile, and mean what it looks like.</summary>
public sealed unsafe class OverloadTests : LeakChecked
{
    [Fact]
    public void A_shape_may_be_written_in_any_way_that_a_list_of_numbers_is()
    {
        int[] array = [1, 2, 3, 4, 5, 6];
        long[] longs = [2, 3];
        ReadOnlySpan<long> span = longs;
        Span<long> writable = stackalloc long[] { 2, 3 };
        long rows = 2;

        using DlPackObject literal = DlPack.AsDlPack(array, [2, 3]);
        using DlPackObject variable = DlPack.AsDlPack(array, [rows, array.Length / rows]);
        using DlPackObject byArray = DlPack.AsDlPack(array, longs);
        using DlPackObject bySpan = DlPack.AsDlPack(array, span);
        using DlPackObject byWritable = DlPack.AsDlPack(array, writable);
        using DlPackObject spread = DlPack.AsDlPack(array, [.. longs]);
        int[] ints = [2, 3];
        using DlPackObject spreadInts = DlPack.AsDlPack(array, [.. ints]);
        using DlPackObject named = DlPack.AsDlPack(array, shape: [2, 3]);
        using DlPackObject ofAnother = DlPack.AsDlPack(array, literal.Shape);

        DlPackObject[] all = [literal, variable, byArray, bySpan, byWritable, spread, spreadInts, named, ofAnother];
        foreach (DlPackObject each in all)
        {
            each.Shape.ToArray().Should().Equal(2, 3);
        }
    }

    [Fact]
    public void Arguments_may_be_named_in_any_order()
    {
        ushort[] array = [1, 2, 3, 4, 5, 6];
        using DlPackObject dtypeOnly = DlPack.AsDlPack(array, dtype: DLDataType.BFloat16);
        using DlPackObject positional = DlPack.AsDlPack(array, DLDataType.BFloat16);
        using DlPackObject all = DlPack.AsDlPack(
            array, dtype: DLDataType.BFloat16, offset: 1, strides: [1, 2], shape: [2, 2]);
        using DlPackObject noStrides = DlPack.AsDlPack(array, shape: [2], dtype: DLDataType.Float16);
        using DlPackObject emptyStrides = DlPack.AsDlPack(array, shape: [2], strides: []);

        dtypeOnly.DType.Should().Be(DLDataType.BFloat16);
        positional.Shape.ToArray().Should().Equal(6);
        all.ToArray<ushort>().Should().Equal(2, 4, 3, 5);
        noStrides.DType.Should().Be(DLDataType.Float16);
        emptyStrides.Strides.ToArray().Should().Equal(1);
    }

    [Fact]
    public void Null_and_default_for_the_dtype_mean_none()
    {
        int[] array = [1, 2, 3];
        DLDataType? none = null;
        using DlPackObject named = DlPack.AsDlPack(array, dtype: null);
        using DlPackObject variable = DlPack.AsDlPack(array, none);
        using DlPackObject withShape = DlPack.AsDlPack(array, [3], dtype: null);

        named.DType.Should().Be(DLDataType.Int32);
        variable.DType.Should().Be(DLDataType.Int32);
        withShape.DType.Should().Be(DLDataType.Int32);
    }

    [Fact]
    public void An_empty_list_is_the_shape_of_a_scalar()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[7], []);

        dl.NDim.Should().Be(0);
    }

    [Fact]
    public void Buffers_are_taken_for_what_they_are()
    {
        float[] array = [1, 2, 3, 4];
        Memory<float> memory = array;
        ReadOnlyMemory<float> readOnly = array;
        Span<float> span = array;
        ReadOnlySpan<float> readOnlySpan = array;
        ArraySegment<float> segment = array;
        Array untyped = array;
        using IMemoryOwner<float> pooled = MemoryPool<float>.Shared.Rent(4);

        (DlPackObject Tensor, bool IsShared, bool IsReadOnly)[] all =
        [
            (DlPack.AsDlPack(array), true, false),
            (DlPack.AsDlPack(memory), true, false),
            (DlPack.AsDlPack(readOnly), true, true),
            (DlPack.AsDlPack(span), false, false),
            (DlPack.AsDlPack(readOnlySpan), false, false),
            (DlPack.AsDlPack(segment), true, false),
            (DlPack.AsDlPack(untyped), true, false),
            (DlPack.AsDlPack(array.AsMemory(1)), true, false),
            (DlPack.AsDlPack(array[1..]), false, false),
        ];
        array[3] = 40;
        foreach ((DlPackObject dl, bool isShared, bool isReadOnly) in all)
        {
            dl.ToArray<float>()[^1].Should().Be(isShared ? 40 : 4);
            dl.IsReadOnly.Should().Be(isReadOnly);
            dl.Dispose();
        }

        using DlPackObject owned = DlPack.AsDlPack(pooled);
        owned.DType.Should().Be(DLDataType.Float32);
    }

    [Fact]
    public void Literal_lists_and_stack_memory_are_copied()
    {
        using DlPackObject literal = DlPack.AsDlPack([1.5, 2.5]);
        using DlPackObject stack = DlPack.AsDlPack(stackalloc int[] { 1, 2 });
        using DlPackObject shaped = DlPack.AsDlPack([1, 2, 3, 4], shape: [2, 2]);

        literal.DType.Should().Be(DLDataType.Float64);
        literal.IsCopied.Should().BeTrue();
        stack.ToArray<int>().Should().Equal(1, 2);
        shaped.IsCopied.Should().BeTrue();
    }

    [Fact]
    public void Lists_go_by_their_span()
    {
        List<int> list = [1, 2, 3];
        using DlPackObject dl = DlPack.AsDlPack(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list));
        long sum = 0;
        DlPack.Lend(
            System.Runtime.InteropServices.CollectionsMarshal.AsSpan(list), tensor => sum = ((int*)tensor->data)[2]);

        dl.ToArray<int>().Should().Equal(1, 2, 3);
        sum.Should().Be(3);
    }

    [Fact]
    public void Arrays_of_any_rank_and_var_resolve()
    {
        var ranks = new DlPackObject[]
        {
            DlPack.AsDlPack(new int[2]),
            DlPack.AsDlPack(new int[2, 2]),
            DlPack.AsDlPack(new int[2, 2, 2]),
            DlPack.AsDlPack(new int[2, 2, 2, 2]),
            DlPack.AsDlPack(new int[2, 2, 2, 2, 2]),
            DlPack.AsDlPack(new Vector2[2, 2]),
        };

        ranks.Select(dl => dl.NDim).Should().Equal(1, 2, 3, 4, 5, 3);
        Array.ForEach(ranks, dl => dl.Dispose());
    }

    [Fact]
    public void Pointers_and_addresses_resolve()
    {
        int* pointer = stackalloc int[2] { 1, 2 };
        nint address = (nint)pointer;
        using DlPackObject typed = DlPack.AsDlPack(pointer, DLDataType.Int32, [2]);
        using DlPackObject untyped = DlPack.AsDlPack(
            (void*)pointer, DLDataType.Int32, shape: [2], device: DLDevice.Cpu);
        using DlPackObject number = DlPack.AsDlPack(address, DLDataType.Int32, [2], owner: null);
        using DlPackObject nothing = DlPack.AsDlPack(null, DLDataType.Int32, [0]);
        using DlPackObject zero = DlPack.AsDlPack(IntPtr.Zero, DLDataType.Int32, [0]);

        foreach (DlPackObject dl in new[] { typed, untyped, number })
        {
            dl.AsSpan<int>().ToArray().Should().Equal(1, 2);
        }

        nothing.Length.Should().Be(0);
        zero.Length.Should().Be(0);
    }

    [Fact]
    public void Exchange_arguments_may_be_named_one_by_one()
    {
        using DlPackObject dl = DlPack.AsDlPack((int[])[1]);

        dl.Dlpack().Dispose();
        dl.Dlpack(null).Dispose();
        dl.Dlpack(null, null, null, null).Dispose();
        dl.Dlpack(stream: null, maxVersion: null, dlDevice: null, copy: null).Dispose();
        dl.Dlpack(copy: true).Dispose();
        dl.Dlpack(dlDevice: DLDevice.Cpu).Dispose();
        dl.Dlpack(maxVersion: new(1, 0)).Dispose();
        Live.Capsules.Should().Be(0);
    }
}
