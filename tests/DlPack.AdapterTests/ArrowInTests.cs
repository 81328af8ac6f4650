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
public unsafe class ArrowInTests : LeakChecked
{
    /// <summary>What is live while an array holds the memory of a tensor that is live too.</summary>
    private protected virtual LiveCounts WhileHeld => new(Objects: 2, Allocations: 1);

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
        using DlPackObject tensor = DlPack.Allocate<int>([6]);
        Forget(tensor);
        LiveAfterFinalizers().Should().Be(new LiveCounts(Objects: 1, Allocations: 1));

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget(DlPackObject lent)
        {
            lent.ToArrowArray().Length.Should().Be(6);
            Live.Should().Be(WhileHeld);
        }
    }

    [Fact]
    public void Over_a_managed_array_nothing_is_lent_or_pinned_and_the_array_lives_on()
    {
        IArrowArray column = Make();
        Live.Should().Be(default(LiveCounts));
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        ((FixedShapeTensorArray)column).Values.Should().BeOfType<Int32Array>()
            .Which.Values.ToArray().Should().Equal(Enumerable.Range(1, 12));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static IArrowArray Make()
        {
            var cube = new int[2, 3, 2];
            using DlPackObject tensor = DlPack.AsDlPack(cube);
            IArrowArray column = tensor.ToArrowArray();
            for (int i = 0; i < 12; i++)
            {
                cube[i / 6, i / 2 % 3, i % 2] = i + 1;
            }

            return column;
        }
    }

    [Fact]
    public void A_view_into_a_managed_array_starts_where_it_does()
    {
        short[] numbers = [.. Enumerable.Range(0, 20).Select(i => (short)i)];
        using DlPackObject tensor = DlPack.AsDlPack(numbers, [2, 3], offset: 5);
        using IArrowArray array = tensor.ToArrowArray();
        using DlPackObject back = array.AsDlPack();
        numbers[10] = 100;
        back.ToArray<short>().Should().Equal(5, 6, 7, 8, 9, 100);
        back.Data.Should().Be(tensor.Data);
        using DlPackObject structs = DlPack.AsDlPack(new[] { new System.Numerics.Vector2(1, 2) });
        using IArrowArray pairs = structs.ToArrowArray();
        ((FloatArray)((FixedShapeTensorArray)pairs).Values).Values.ToArray().Should().Equal(1, 2);
    }

    [Fact]
    public void A_managed_array_stays_in_place_while_Arrow_lends_it_to_C()
    {
        CArrowArray* exported = CArrowArray.Create();
        Export(exported);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        using (IArrowArray imported = CArrowArrayImporter.ImportArray(exported, Apache.Arrow.Types.Int32Type.Default))
        {
            ((Int32Array)imported).Values.ToArray().Should().Equal(2, 3);
        }

        CArrowArray.Free(exported);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Export(CArrowArray* exported)
        {
            int[] numbers = [1, 2, 3];
            using DlPackObject tensor = DlPack.AsDlPack(numbers, [2], offset: 1);
            using IArrowArray array = tensor.ToArrowArray();
            CArrowArrayExporter.ExportArray(array, exported);
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
