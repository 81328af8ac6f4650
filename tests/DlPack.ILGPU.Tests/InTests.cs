using System.Numerics;
using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests;

/// <summary>Tensors coming in as views, for kernels and algorithms.</summary>
public sealed class InTests : LeakChecked
{
    private static readonly int[] OneToSix = [1, 2, 3, 4, 5, 6];
    private static readonly int[] Seven = [7];
    private static readonly System.Half[] OneHalf = [(System.Half)1.5];

    private readonly Accelerator _cpu = Machine.Cpu;

    [Fact]
    public void A_kernel_changes_an_array_in_place()
    {
        float[,] array = { { 1, 2, 3 }, { 4, 5, 6 } };
        using DlPackObject tensor = DlPack.AsDlPack(array);
        ArrayView2D<float, Stride2D.DenseY> view = tensor.AsArrayView2D<float>(_cpu);
        var scale = _cpu.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<float, Stride2D.DenseY>, float>(
            static (index, items, factor) => items[index] *= factor);
        scale(view.IntExtent, view, 10);
        _cpu.Synchronize();
        view.Release();
        array.Cast<float>().Should().Equal(10, 20, 30, 40, 50, 60);
    }

    [Fact]
    public void A_kernel_follows_general_strides()
    {
        int[] array = new int[24];
        using DlPackObject tensor = DlPack.AsDlPack(array, [2, 3], [12, 2], offset: 1);
        ArrayView2D<int, Stride2D.General> view = tensor.AsArrayView2D<int, Stride2D.General>(_cpu);
        var fill = _cpu.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<int, Stride2D.General>>(
            static (index, items) => items[index] = 1 + (index.X * 3) + index.Y);
        fill(view.IntExtent, view);
        _cpu.Synchronize();
        view.Release();
        tensor.ToArray<int>().Should().Equal(1, 2, 3, 4, 5, 6);
        array.Count(item => item != 0).Should().Be(6);
    }

    [Fact]
    public void Every_kind_of_stride_is_seen()
    {
        using DlPackObject two = DlPack.Allocate<int>([3, 4]);
        using DlPackObject columns = DlPack.AsDlPack(two, [4, 3], [1, 4]);
        using DlPackObject three = DlPack.Allocate<int>([2, 3, 4]);
        using DlPackObject reversed = DlPack.AsDlPack(three, [4, 3, 2], [1, 4, 12]);
        two.AsSpan<int>()[11] = 1;
        three.AsSpan<int>()[23] = 2;
        var dense = two.AsArrayView2D<int>(_cpu);
        var denseX = columns.AsArrayView2D<int, Stride2D.DenseX>(_cpu);
        var denseZY = three.AsArrayView3D<int>(_cpu);
        var denseXY = reversed.AsArrayView3D<int, Stride3D.DenseXY>(_cpu);
        var flat = three.AsArrayView1D<int>(_cpu);
        (dense[2, 3], denseX[3, 2], denseZY[1, 2, 3], denseXY[3, 2, 1], flat[23]).Should().Be((1, 1, 2, 2, 2));
        (denseX.Stride.YStride, denseXY.Stride.ZStride, flat.Length).Should().Be((4, 12, 24));
        dense.Release();
        denseX.Release();
        denseZY.Release();
        denseXY.Release();
        flat.Release();
    }

    [Fact]
    public void What_ends_the_process_in_ILGPU_is_an_exception_before()
    {
        using DlPackObject backward = DlPack.AsDlPack(new int[6], [2, 3], [-3, 1], offset: 3);
        using DlPackObject gaps = DlPack.AsDlPack(new int[12], [2, 3], [6, 2]);
        using DlPackObject huge = DlPack.AsDlPack(16, DLDataType.UInt8, [2, 2], [1L << 32, 1]);
        using DlPackObject many = DlPack.AsDlPack(new int[2, 2, 2, 2]);
        using DlPackObject crossed = DlPack.AsDlPack(new int[24], [3, 2, 4], [4, 12, 1]);
        Refused(() => backward.AsArrayView2D<int, Stride2D.General>(_cpu), "*strides*");
        Refused(() => gaps.AsArrayView2D<int>(_cpu), "*General*");
        Refused(() => gaps.AsArrayView2D<int, Stride2D.DenseX>(_cpu), "*General*");
        Refused(() => gaps.AsArrayView1D<int>(_cpu), "*dimensions*");
        Refused(() => huge.AsArrayView2D<byte>(_cpu), "*strides*");
        Refused(() => many.AsArrayView3D<int>(_cpu), "*AsArrayView1D*");
        Refused(() => crossed.AsArrayView3D<int>(_cpu), "*General*");
        Refused(() => crossed.AsArrayView3D<int, Stride3D.DenseXY>(_cpu), "*General*");
        ArrayView1D<int, Stride1D.Dense> flat = many.AsArrayView1D<int>(_cpu);
        flat.Length.Should().Be(16);
        flat.Release();
    }

    [Fact]
    public void Strides_between_elements_of_one_dimension_are_general()
    {
        using DlPackObject every = DlPack.AsDlPack(OneToSix, [3], [2]);
        Refused(() => every.AsArrayView1D<int>(_cpu), "*General*");
        ArrayView1D<int, Stride1D.General> view = every.AsArrayView1D<int, Stride1D.General>(_cpu);
        (view[0], view[1], view[2]).Should().Be((1, 3, 5));
        view.Release();
    }

    [Fact]
    public void Empty_tensors_and_dimensions_of_one_come_in()
    {
        using DlPackObject none = DlPack.Allocate<int>([0]);
        using DlPackObject flat = DlPack.Allocate<int>([2, 0]);
        using DlPackObject thin = DlPack.Allocate<int>([1, 4, 1]);
        var empty = none.AsArrayView1D<int>(_cpu);
        var noColumns = flat.AsArrayView2D<int>(_cpu);
        var one = thin.AsArrayView3D<int>(_cpu);
        (empty.Length, noColumns.Length, noColumns.Extent.X, one.Length).Should().Be((0, 0, 2, 4));
        empty.Release();
        noColumns.Release();
        one.Release();
    }

    [Fact]
    public void A_read_only_tensor_needs_a_promise()
    {
        using DlPackObject repeated = DlPack.AsDlPack(Seven, [3], [0]);
        Refused(() => repeated.AsArrayView1D<int, Stride1D.General>(_cpu), "*read-only*");
        ArrayView1D<int, Stride1D.General> view =
            repeated.AsArrayView1D<int, Stride1D.General>(_cpu, readOnly: true);
        view[2].Should().Be(7);
        view.Release();
    }

    [Fact]
    public void Structs_and_halves_come_in()
    {
        using DlPackObject vectors = DlPack.AsDlPack(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        using DlPackObject halves = DlPack.AsDlPack(OneHalf);
        var points = vectors.AsArrayView1D<Vector3>(_cpu);
        var values = halves.AsArrayView1D<global::ILGPU.Half>(_cpu);
        points[1].Should().Be(new Vector3(4, 5, 6));
        ((float)values[0]).Should().Be(1.5f);
        points.Release();
        values.Release();
        Refused(() => vectors.AsArrayView1D<global::ILGPU.Half>(_cpu), "*float32*");
    }

    [Fact]
    public void More_elements_than_an_int_counts_come_in_and_go_out()
    {
        const long Many = 3L << 30;
        using DlPackObject tensor = DlPack.AsDlPack(256, DLDataType.UInt8, [2, Many]);
        ArrayView1D<byte, Stride1D.Dense> flat = tensor.AsArrayView1D<byte>(_cpu);
        Refused(() => tensor.AsArrayView2D<byte>(_cpu), "*strides*");
        flat.Length.Should().Be(2 * Many);
        using (DlPackObject lent = flat.AsDlPack())
        {
            (lent.Length, lent.Data).Should().Be((2 * Many, 256));
        }

        flat.Release();
    }

    [Fact]
    public void Packed_elements_and_lanes_come_in_as_bytes_only()
    {
        using DlPackObject packed = DlPack.Allocate(DLDataType.Float4E2M1FN, [8]);
        using DlPackObject lanes = DlPack.Allocate(new DLDataType(DLDataTypeCode.kDLFloat, 32, 4), [2]);
        Refused(() => packed.AsArrayView1D<int>(_cpu), "*float4*");
        Refused(() => lanes.AsArrayView1D<float>(_cpu), "*float32*");
        ArrayView1D<Vector4, Stride1D.Dense> view = lanes.AsArrayView1D<Vector4>(_cpu);
        view.Length.Should().Be(2);
        view.Release();
    }

    [Fact]
    public void A_view_keeps_the_memory_until_its_buffer_is_disposed()
    {
        int released = 0;
        DlPackObject memory = DlPack.Allocate<int>([4]);
        DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Int32, [4], owner: DlPackOwner.FromCallback(() => released++));
        ArrayView1D<int, Stride1D.Dense> view = tensor.AsArrayView1D<int>(_cpu);
        tensor.Dispose();
        GC.Collect();
        view[3] = 5;
        released.Should().Be(0);
        view.Release();
        view.Release();
        released.Should().Be(1);
        memory.AsSpan<int>()[3].Should().Be(5);
        memory.Dispose();
    }

    [Fact]
    public void Disposing_the_accelerator_releases_what_it_sees_and_then_it_sees_nothing()
    {
        using DlPackObject tensor = DlPack.Allocate<int>([4]);
        Accelerator accelerator = Machine.NewCpu();
        tensor.AsArrayView1D<int>(accelerator);
        Live.Blocks.Should().Be(1);
        accelerator.Dispose();
        Live.Blocks.Should().Be(0);
        FluentActions.Invoking(() => tensor.AsArrayView1D<int>(accelerator)).Should().Throw<ObjectDisposedException>();
        Live.Blocks.Should().Be(0);
    }

    [Fact]
    public void A_view_of_a_lent_buffer_is_the_buffer()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D([1, 2, 3]);
        using DlPackObject back = DlPack.FromDlpack(Lent(buffer));
        ArrayView1D<int, Stride1D.Dense> view = back.AsArrayView1D<int>(_cpu);
        view[1] = 20;
        buffer.GetAsArray1D().Should().Equal(1, 20, 3);
        view.Release();

        static DlPackCapsule Lent(MemoryBuffer1D<int, Stride1D.Dense> buffer)
        {
            using DlPackObject tensor = buffer.AsDlPack();
            return tensor.Dlpack();
        }
    }

    [Fact]
    public void A_stream_of_another_accelerator_is_refused()
    {
        using Accelerator other = Machine.NewCpu();
        using DlPackObject tensor = DlPack.Allocate<int>([4]);
        FluentActions.Invoking(() => tensor.AsArrayView1D<int>(_cpu, other.DefaultStream))
            .Should().Throw<ArgumentException>().WithMessage("*stream*");
    }

    private static void Refused<T>(Func<T> view, string message) =>
        view.Invoking(make => make()).Should().Throw<DlPackException>().WithMessage(message);
}
