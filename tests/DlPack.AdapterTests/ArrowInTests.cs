using System.Runtime.CompilerServices;
using Apache.Arrow;
using Apache.Arrow.C;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Arrow arrays over tensors: who holds the memory, and what is refused.</summary>
public sealed unsafe class ArrowInTests : LeakChecked
{
    [Fact]
    public void The_memory_is_released_when_the_last_array_that_shares_it_is_disposed()
    {
        int released = 0;
        DlPackObject memory = DlPack.Allocate<int>([4]);
        DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Int32, [4], owner: DlPackOwner.FromCallback(() => released++));
        var array = (Int32Array)tensor.ToArrowArray();
        tensor.Dispose();
        Apache.Arrow.Array slice = array.SliceShared(1, 2);
        array.Dispose();
        array.Dispose();
        released.Should().Be(0);
        ((Int32Array)slice).Values.Length.Should().Be(2);
        slice.Dispose();
        released.Should().Be(1);
        memory.Dispose();
    }

    [Fact]
    public void An_export_by_the_C_data_interface_holds_the_memory()
    {
        int released = 0;
        DlPackObject memory = DlPack.Allocate<float>([2, 3]);
        memory.AsSpan<float>()[5] = 6;
        DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Float32, [2, 3], owner: DlPackOwner.FromCallback(() => released++));
        IArrowArray array = tensor.ToArrowArray();
        CArrowArray* exported = CArrowArray.Create();
        CArrowArrayExporter.ExportArray(array, exported);
        tensor.Dispose();
        array.Dispose();
        released.Should().Be(0);
        IArrowArray imported = CArrowArrayImporter.ImportArray(exported, array.Data.DataType);
        ((FloatArray)((FixedShapeTensorArray)imported).Values).Values[5].Should().Be(6);
        imported.Dispose();
        released.Should().Be(1);
        CArrowArray.Free(exported);
        memory.Dispose();
    }

    [Fact]
    public void A_forgotten_array_is_released_by_the_collector()
    {
        LeaveTheRestToFinalizers();
        using DlPackObject tensor = DlPack.AsDlPack(new int[6]);
        Forget(tensor);
        LiveAfterFinalizers().Should().Be(new LiveCounts(Objects: 1));

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget(DlPackObject lent)
        {
            lent.ToArrowArray().Length.Should().Be(6);
            Live.Should().Be(new LiveCounts(Objects: 1, Blocks: 1, Pins: 1));
        }
    }

    [Theory]
    [InlineData(new long[] { 2, 3 }, new long[] { 4, 1 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 1, 2 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 0, 1 })]
    [InlineData(new long[] { 2, 3 }, new long[] { 3, 0 })]
    [InlineData(new long[] { 3 }, new long[] { 2 })]
    public void Gaps_repeats_and_transposed_values_are_refused(long[] shape, long[] strides)
    {
        using DlPackObject tensor = DlPack.AsDlPack(new int[12], shape, strides);
        Action view = () => tensor.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*strides*Copy()*");
    }

    [Fact]
    public void A_scalar_is_an_array_of_one_and_values_without_elements_are_refused()
    {
        using DlPackObject scalar = DlPack.AsDlPack(new double[] { 5 }, shape: []);
        using var array = (DoubleArray)scalar.ToArrowArray();
        array.Values.ToArray().Should().Equal(5);
        using DlPackObject hollow = DlPack.Allocate<int>([2, 0]);
        Action view = () => hollow.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*without elements*[2, 0]*");
    }

    [Fact]
    public void More_than_a_buffer_can_have_is_refused()
    {
        using DlPackObject tensor = DlPack.AsDlPack(16, DLDataType.UInt8, [int.MaxValue + 1L]);
        Action view = () => tensor.ToArrowArray();
        view.Should().Throw<DlPackException>().WithMessage("*2147483648*parts*");
        using DlPackObject rows = DlPack.AsDlPack(16, DLDataType.UInt8, [1, 1L << 20, 1L << 20]);
        Action viewRows = () => rows.ToArrowArray();
        viewRows.Should().Throw<DlPackException>().WithMessage("*parts*");
    }
}
