using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests;

/// <summary>Buffers, views and page-locked arrays going out.</summary>
public sealed class OutTests : LeakChecked
{
    private readonly Accelerator _cpu = Machine.Cpu;

    [Fact]
    public void Every_buffer_goes_out_with_its_extent_and_strides()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> one = _cpu.Allocate1D<int>(5);
        using MemoryBuffer1D<int, Stride1D.General> gaps = _cpu.Allocate1D<int, Stride1D.General>(5, new(3));
        using MemoryBuffer2D<int, Stride2D.DenseX> columns = _cpu.Allocate2DDenseX<int>(new(3, 4));
        using MemoryBuffer2D<int, Stride2D.DenseY> rows = _cpu.Allocate2DDenseY<int>(new(3, 4));
        using MemoryBuffer2D<int, Stride2D.DenseY> pitched = _cpu.Allocate2DPitchedY<int>(new(3, 4), 64);
        using MemoryBuffer3D<int, Stride3D.DenseZY> planes = _cpu.Allocate3DDenseZY<int>(new(2, 3, 4));
        using MemoryBuffer3D<int, Stride3D.DenseXY> reversed = _cpu.Allocate3DDenseXY<int>(new(2, 3, 4));
        Check(one.AsDlPack(), one.NativePtr, [5], [1]);
        Check(gaps.AsDlPack(), gaps.NativePtr, [5], [3]);
        Check(columns.AsDlPack(), columns.NativePtr, [3, 4], [1, 3]);
        Check(rows.AsDlPack(), rows.NativePtr, [3, 4], [4, 1]);
        Check(pitched.AsDlPack(), pitched.NativePtr, [3, 4], [16, 1]);
        Check(planes.AsDlPack(), planes.NativePtr, [2, 3, 4], [12, 4, 1]);
        Check(reversed.AsDlPack(), reversed.NativePtr, [2, 3, 4], [1, 2, 6]);
        Check(DlPack.AsDlPack(one), one.NativePtr, [5], [1]);
        Check(DlPack.AsDlPack(rows), rows.NativePtr, [3, 4], [4, 1]);
        Check(DlPack.AsDlPack(planes), planes.NativePtr, [2, 3, 4], [12, 4, 1]);
    }

    [Fact]
    public void Every_view_goes_out_from_where_it_starts()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> one = _cpu.Allocate1D<int>(60);
        using MemoryBuffer2D<int, Stride2D.DenseY> rows = _cpu.Allocate2DDenseY<int>(new(6, 10));
        using MemoryBuffer3D<int, Stride3D.DenseZY> planes = _cpu.Allocate3DDenseZY<int>(new(3, 4, 5));
        nint origin = one.NativePtr;
        Check(one.View.BaseView.SubView(7, 5).AsDlPack(), origin + 28, [5], [1]);
        Check(one.View.SubView(7, 5).AsDlPack(), origin + 28, [5], [1]);
        Check(one.View.As2DDenseYView(new(6, 10)).AsDlPack(), origin, [6, 10], [10, 1]);
        Check(one.View.AsGeneral(new Stride1D.General(4)).SubView(2, 3).AsDlPack(), origin + 32, [3], [4]);
        Check(rows.View.SubView(new LongIndex2D(1, 2), new LongIndex2D(3, 4)).AsDlPack(), rows.NativePtr + 48, [3, 4], [10, 1]);
        Check(rows.View.AsTransposed().AsDlPack(), rows.NativePtr, [10, 6], [1, 10]);
        Check(
            planes.View.SubView(new LongIndex3D(1, 1, 1), new LongIndex3D(2, 2, 2)).AsDlPack(),
            planes.NativePtr + (26 * 4),
            [2, 2, 2],
            [20, 5, 1]);
        Check(DlPack.AsDlPack(one.View.BaseView), origin, [60], [1]);
        Check(DlPack.AsDlPack(one.View), origin, [60], [1]);
    }

    [Fact]
    public void A_kernels_results_are_seen_through_the_tensor()
    {
        using MemoryBuffer2D<float, Stride2D.DenseX> buffer = _cpu.Allocate2DDenseX<float>(new(3, 4));
        using DlPackObject tensor = buffer.AsDlPack();
        var fill = _cpu.LoadAutoGroupedStreamKernel<Index2D, ArrayView2D<float, Stride2D.DenseX>>(
            static (index, view) => view[index] = (index.X * 10) + index.Y);
        fill(buffer.IntExtent, buffer.View);
        _cpu.Synchronize();
        tensor.ToArray2D<float>().Should().BeEquivalentTo(
            new float[,] { { 0, 1, 2, 3 }, { 10, 11, 12, 13 }, { 20, 21, 22, 23 } });
    }

    [Fact]
    public void A_buffer_that_is_disposed_while_it_is_lent_is_freed_when_the_last_borrower_is_done()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D([1, 2, 3]);
        MemoryBuffer memory = buffer.View.Buffer();
        DlPackObject tensor = buffer.AsDlPack();
        using DlPackObject second = buffer.View.SubView(1, 2).AsDlPack();
        buffer.Dispose();
        buffer.IsDisposed.Should().BeTrue();
        memory.NativePtr.Should().NotBe(0, "the memory is lent");
        tensor.ToArray<int>().Should().Equal(1, 2, 3);
        DlPackCapsule capsule = tensor.Dlpack();
        tensor.Dispose();
        second.Dispose();
        memory.NativePtr.Should().NotBe(0, "a consumer may come");
        capsule.Dispose();
        memory.NativePtr.Should().Be(0, "it has been freed");
    }

    [Fact]
    public void A_buffer_is_its_owners_again_when_the_last_borrower_is_done()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D([1, 2, 3]);
        MemoryBuffer memory = buffer.View.Buffer();
        for (int i = 0; i < 3; i++)
        {
            buffer.AsDlPack().Dispose();
        }

        memory.IsDisposed.Should().BeFalse();
        buffer.GetAsArray1D().Should().Equal(1, 2, 3);
        buffer.Dispose();
        memory.NativePtr.Should().Be(0);
    }

    [Fact]
    public void Memory_outlives_its_accelerator_while_it_is_lent()
    {
        Accelerator accelerator = Machine.NewCpu();
        MemoryBuffer1D<int, Stride1D.Dense> buffer = accelerator.Allocate1D([1, 2, 3]);
        MemoryBuffer memory = buffer.View.Buffer();
        DlPackObject tensor = buffer.AsDlPack();
        accelerator.Dispose();
        tensor.ToArray<int>().Should().Equal(1, 2, 3);
        tensor.Dispose();
        memory.NativePtr.Should().Be(0, "nobody else would free it");
    }

    [Fact]
    public void What_has_been_disposed_is_refused()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D<int>(3);
        ArrayView1D<int, Stride1D.Dense> view = buffer.View;
        using (DlPackObject tensor = buffer.AsDlPack())
        {
            buffer.Dispose();
            FluentActions.Invoking(() => buffer.AsDlPack()).Should().Throw<ObjectDisposedException>();
            FluentActions.Invoking(() => view.AsDlPack()).Should().Throw<ObjectDisposedException>("it is only held");
        }

        FluentActions.Invoking(() => view.AsDlPack()).Should().Throw<ObjectDisposedException>();
        Accelerator accelerator = Machine.NewCpu();
        MemoryBuffer1D<int, Stride1D.Dense> other = accelerator.Allocate1D<int>(3);
        view = other.View;
        accelerator.Dispose();
        FluentActions.Invoking(() => view.AsDlPack()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_forgotten_tensor_gives_the_buffer_back()
    {
        LeaveTheRestToFinalizers();
        MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D<int>(3);
        MemoryBuffer memory = buffer.View.Buffer();
        Forget(buffer);
        LiveCounts.AfterFinalizers();
        buffer.Dispose();
        memory.NativePtr.Should().Be(0);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static void Forget(MemoryBuffer1D<int, Stride1D.Dense> lent) => lent.AsDlPack();
    }

    [Fact]
    public void A_failed_export_holds_nothing()
    {
        MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D<int>(3);
        MemoryBuffer memory = buffer.View.Buffer();
        FluentActions.Invoking(() => buffer.AsDlPack(dtype: DLDataType.Float64)).Should().Throw<ArgumentException>();
        memory.IsDisposed.Should().BeFalse();
        buffer.Dispose();
        memory.NativePtr.Should().Be(0);
    }

    [Fact]
    public void Another_accelerators_stream_is_refused()
    {
        using Accelerator other = Machine.NewCpu();
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D<int>(3);
        FluentActions.Invoking(() => buffer.AsDlPack(other.DefaultStream))
            .Should().Throw<ArgumentException>().WithMessage("*stream*same accelerator*");
        using DlPackObject same = buffer.AsDlPack(_cpu.DefaultStream);
        same.Length.Should().Be(3);
    }

    [Fact]
    public void A_view_that_reaches_beyond_its_buffer_is_refused()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> buffer = _cpu.Allocate1D<int>(10);
        var view = new ArrayView2D<int, Stride2D.DenseY>(buffer.View.BaseView, new(3, 4), new(4));
        FluentActions.Invoking(() => view.AsDlPack()).Should().Throw<ArgumentException>().WithMessage("*12*10*");
        var tooLong = new ArrayView<int>(buffer.View.Buffer(), 4, 7);
        FluentActions.Invoking(() => tooLong.AsDlPack()).Should().Throw<ArgumentException>().WithMessage("*7*6*");
    }

    [Fact]
    public void Nothing_goes_out_as_nothing()
    {
        using MemoryBuffer1D<int, Stride1D.Dense> none = _cpu.Allocate1D<int>(0);
        using MemoryBuffer2D<int, Stride2D.DenseX> flat = _cpu.Allocate2DDenseX<int>(new(3, 0));
        Check(none.AsDlPack(), 0, [0], [1]);
        Check(flat.AsDlPack(), 0, [3, 0], [1, 1]);
        Check(ArrayView<int>.Empty.AsDlPack(), 0, [0], [1]);
    }

    [Fact]
    public void Structs_halves_and_given_dtypes_go_out()
    {
        using MemoryBuffer1D<System.Numerics.Vector3, Stride1D.Dense> vectors =
            _cpu.Allocate1D<System.Numerics.Vector3>(4);
        using MemoryBuffer1D<global::ILGPU.Half, Stride1D.Dense> halves =
            _cpu.Allocate1D([(global::ILGPU.Half)1.5f, (global::ILGPU.Half)2f]);
        using MemoryBuffer1D<ushort, Stride1D.Dense> words = _cpu.Allocate1D<ushort>(4);
        Check(vectors.AsDlPack(), vectors.NativePtr, [4, 3], [3, 1]);
        using DlPackObject half = halves.AsDlPack();
        half.DType.Should().Be(DLDataType.Float16);
        half.ToArray<System.Half>().Should().Equal((System.Half)1.5, (System.Half)2);
        using DlPackObject brain = words.AsDlPack(dtype: DLDataType.BFloat16);
        brain.DType.Should().Be(DLDataType.BFloat16);
    }

    [Fact]
    public void Page_locked_arrays_go_out_and_stay_while_they_are_lent()
    {
        PageLockedArray1D<int> one = _cpu.AllocatePageLocked1D<int>(5);
        PageLockedArray2D<int> two = _cpu.AllocatePageLocked2D<int>(new(2, 3));
        PageLockedArray3D<int> three = _cpu.AllocatePageLocked3D<int>(new(2, 3, 4));
        two[1, 2] = 7;
        DlPackObject tensor = two.AsDlPack();
        using DlPackObject line = one.AsDlPack(_cpu.DefaultStream);
        using DlPackObject block = DlPack.AsDlPack(three);
        two.Dispose();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        tensor.Device.Should().Be(DLDevice.Cpu);
        tensor.ToArray<int>().Should().Equal(0, 0, 0, 0, 0, 7);
        line.Shape.ToArray().Should().Equal(5);
        block.Shape.ToArray().Should().Equal(2, 3, 4);
        tensor.Dispose();
        FluentActions.Invoking(() => two.AsDlPack()).Should().Throw<ObjectDisposedException>();
        one.Dispose();
        three.Dispose();
    }

    [Fact]
    public void An_empty_page_locked_array_has_the_dtype_of_others()
    {
        using PageLockedArray1D<global::ILGPU.Half> none = _cpu.AllocatePageLocked1D<global::ILGPU.Half>(0);
        using PageLockedArray1D<global::ILGPU.Half> one = _cpu.AllocatePageLocked1D<global::ILGPU.Half>(1);
        using DlPackObject empty = none.AsDlPack();
        using DlPackObject full = one.AsDlPack();
        (empty.DType, empty.NDim, empty.Length).Should().Be((DLDataType.Float16, 1, 0));
        (full.DType, full.NDim, full.Length).Should().Be((DLDataType.Float16, 1, 1));
    }

    private static void Check(DlPackObject lent, nint address, long[] shape, long[] strides)
    {
        using DlPackObject tensor = lent;
        tensor.Device.Should().Be(DLDevice.Cpu);
        tensor.Data.Should().Be(address);
        tensor.Shape.ToArray().Should().Equal(shape);
        tensor.Strides.ToArray().Should().Equal(strides);
    }
}
