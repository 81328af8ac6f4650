using System.Numerics;
using System.Runtime.CompilerServices;
using CommunityToolkit.HighPerformance;
using CommunityToolkit.HighPerformance.Buffers;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What only this library has.</summary>
public sealed class HighPerformanceExtrasTests : LeakChecked
{
    [Fact]
    public void The_pitch_is_a_stride()
    {
        using DlPackObject tensor = new int[4, 10].AsMemory2D(1, 2, 3, 5).AsDlPack();
        tensor.Strides.ToArray().Should().Equal(10, 1);
        tensor.AsSpan2D<int>().Width.Should().Be(5);
    }

    [Fact]
    public void Memory_of_whatever_origin_goes_out_from_its_first_element()
    {
        LeaveTheRestToFinalizers();
        int[] flat = [.. Enumerable.Range(0, 40)];
        Check(flat.AsMemory().AsMemory2D(5, 3, 4, 6));
        Check(new Memory2D<int>(flat, 5, 3, 4, 6));
        Check(Memory2D<int>.DangerousCreate(flat, ref flat[5], 3, 4, 6));
        var cube = new int[2, 6, 10];
        Buffer.BlockCopy(flat, 0, cube, 60 * sizeof(int), 40 * sizeof(int));
        Check(cube.AsMemory2D(1).Slice(0, 5, 3, 4));
        using DlPackObject native = DlPack.Allocate<int>([4, 10]);
        flat.CopyTo(native.AsSpan<int>());
        Check(native.AsMemory2D<int>().Slice(0, 5, 3, 4));

        static void Check(Memory2D<int> memory)
        {
            using DlPackObject tensor = memory.AsDlPack();
            using DlPackCapsule capsule = tensor.Dlpack();
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
            using DlPackObject back = DlPack.FromDlpack(capsule);
            tensor.Dispose();
            back.Shape.ToArray().Should().Equal(3, 4);
            back.Strides.ToArray().Should().Equal(10, 1);
            back.ToArray<int>().Should().Equal(5, 6, 7, 8, 15, 16, 17, 18, 25, 26, 27, 28);
            memory.Span[2, 3] = -1;
            back.AsSpan2D<int>()[2, 3].Should().Be(-1);
            memory.Span[2, 3] = 28;
        }
    }

    [Fact]
    public void Rows_without_gaps_of_an_array_go_out_as_that_array()
    {
        int[] flat = [.. Enumerable.Range(0, 20)];
        var memory = new Memory2D<int>(flat, 5, 3, 4, 0);
        using DlPackObject tensor = memory.AsDlPack();
        using DlPackObject readOnly = ((ReadOnlyMemory2D<int>)memory).AsDlPack();
        using DlPackObject renamed = memory.AsDlPack(DLDataType.Float32);
        tensor.DangerousTryGetArray(out Array? array, out long byteOffset).Should().BeTrue();
        array.Should().BeSameAs(flat);
        byteOffset.Should().Be(5 * sizeof(int));
        tensor.Shape.ToArray().Should().Equal(3, 4);
        tensor.ToArray<int>().Should().Equal(Enumerable.Range(5, 12));
        tensor.IsReadOnly.Should().BeFalse();
        readOnly.IsReadOnly.Should().BeTrue();
        readOnly.ToArray<int>().Should().Equal(Enumerable.Range(5, 12));
        renamed.DType.Should().Be(DLDataType.Float32);
        renamed.Shape.ToArray().Should().Equal(3, 4);
    }

    [Theory]
    [InlineData(0, 8)]
    [InlineData(1, 2)]
    [InlineData(5, 3)]
    [InlineData(7, 1)]
    public void Whole_rows_of_native_memory_go_out_from_their_first_one(int row, int height)
    {
        LeaveTheRestToFinalizers();
        using DlPackObject native = DlPack.Allocate<float>([8, 2]);
        for (int i = 0; i < 16; i++)
        {
            native.AsSpan<float>()[i] = i;
        }

        float[] expected = [.. Enumerable.Range(2 * row, 2 * height).Select(i => (float)i)];
        Memory2D<float> memory = native.AsMemory2D<float>().Slice(row, 0, height, 2);
        using DlPackObject tensor = memory.AsDlPack();
        using DlPackObject readOnly = ((ReadOnlyMemory2D<float>)memory).AsDlPack();
        tensor.ToArray<float>().Should().Equal(expected);
        tensor.Data.Should().Be(native.Data + (2 * row * sizeof(float)));
        readOnly.ToArray<float>().Should().Equal(expected);
        readOnly.IsReadOnly.Should().BeTrue();
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        back.AsSpan<float>()[0] = -1;
        native.AsSpan<float>()[2 * row].Should().Be(-1);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Memory_of_a_manager_goes_out_from_its_first_item(bool showsArray)
    {
        using var manager = new CheckedMemory(40) { ShowsArray = showsArray };
        for (int i = 0; i < 40; i++)
        {
            manager.GetSpan()[i] = i;
        }

        Check(new Memory2D<int>(manager, 3, 4, 5, 0), 3, 5);
        Check(new Memory2D<int>(manager, 20, 4, 5, 0), 20, 5);
        Check(new Memory2D<int>(manager, 0, 8, 5, 0), 0, 5);
        Check(new Memory2D<int>(manager, 3, 4, 5, 2), 3, 7);
        Check(manager.Memory.Slice(4).AsMemory2D(1, 3, 4, 0), 5, 4, knowsArray: showsArray);
        Check(manager.Memory.Slice(4).AsMemory2D(1, 3, 4, 1), 5, 5, knowsArray: showsArray);
        Check(new Memory2D<int>(manager, 0, 8, 5, 0).Slice(6, 0, 2, 5), 30, 5);
        manager.Pins.Should().Be(0);

        void Check(Memory2D<int> memory, int first, int stride, bool knowsArray = false)
        {
            int[] expected =
            [
                .. Enumerable.Range(0, memory.Height).SelectMany(
                    i => Enumerable.Range(first + (i * stride), memory.Width))
            ];
            using DlPackObject tensor = memory.AsDlPack();
            using DlPackObject readOnly = ((ReadOnlyMemory2D<int>)memory).AsDlPack();
            tensor.Shape.ToArray().Should().Equal(memory.Height, memory.Width);
            tensor.ToArray<int>().Should().Equal(expected);
            readOnly.ToArray<int>().Should().Equal(expected);
            readOnly.IsReadOnly.Should().BeTrue();
            using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
            manager.Pins.Should().Be(knowsArray ? 0 : 1, "the toolkit asks a Memory for its array, but not a manager");
            back.ToArray<int>().Should().Equal(expected);
        }
    }

    [Fact]
    public void Threads_that_lend_memory_of_a_manager_pin_it_one_at_a_time()
    {
        using var manager = new CheckedMemory(40);
        using DlPackObject tensor = new Memory2D<int>(manager, 3, 4, 5, 2).AsDlPack();
        using var start = new Barrier(4);
        Thread[] threads = [.. Enumerable.Range(0, 4).Select(_ => new Thread(() =>
        {
            start.SignalAndWait();
            for (int i = 0; i < 1000; i++)
            {
                tensor.Dlpack().Dispose();
            }
        }))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        manager.Overlaps.Should().Be(0);
        manager.Pins.Should().Be(0);
    }

    [Fact]
    public void A_manager_that_fails_once_it_is_pinned_is_let_go()
    {
        using var manager = new CheckedMemory(40);
        using DlPackObject tensor = new Memory2D<int>(manager, 3, 4, 5, 2).AsDlPack();
        manager.FailsWhenPinned = true;
        Action lend = () => tensor.Dlpack();
        lend.Should().Throw<NotSupportedException>();
        manager.Pins.Should().Be(0);
        manager.FailsWhenPinned = false;
        tensor.Dlpack().Dispose();
        manager.Pins.Should().Be(0);
    }

    [Fact]
    public void A_packed_dtype_is_laid_over_the_address_of_the_lent_bytes()
    {
        var array = new byte[,] { { 0, 0x21, 0x43 }, { 0, 0x65, 0x07 } };
        Memory2D<byte> memory = array.AsMemory2D(0, 1, 2, 2);
        Action lend = () => memory.AsDlPack(DLDataType.Float4E2M1FN);
        lend.Should().Throw<ArgumentException>().WithMessage("*Data*DlPackOwner.FromDisposable(tensor)*");

        DlPackObject rows = memory.AsDlPack();
        using DlPackObject packed = DlPack.AsDlPack(
            rows.Data, DLDataType.Float4E2M1FN, [2, 4], [6, 1], owner: DlPackOwner.FromDisposable(rows));
        using DlPackObject back = DlPack.FromDlpack(packed.Dlpack());
        packed.Dispose();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        back.DType.Should().Be(DLDataType.Float4E2M1FN);
        back.Shape.ToArray().Should().Equal(2, 4);
        back.Strides.ToArray().Should().Equal(6, 1);
        using DlPackObject bits = DlPack.AsDlPack(back.Data, DLDataType.UInt8, [2, 2], [3, 1]);
        bits.ToArray<byte>().Should().Equal(0x21, 0x43, 0x65, 0x07);
    }

    [Fact]
    public void The_letters_of_a_string_go_out_read_only()
    {
        var memory = new ReadOnlyMemory2D<char>("abcdef", 2, 3);
        using DlPackObject tensor = memory.Slice(0, 1, 2, 2).AsDlPack();
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        back.IsReadOnly.Should().BeTrue();
        back.ToArray<char>().Should().Equal('b', 'c', 'e', 'f');
        using DlPackObject row = memory.Slice(1, 0, 1, 3).AsDlPack();
        row.IsReadOnly.Should().BeTrue();
        row.ToArray<char>().Should().Equal('d', 'e', 'f');
    }

    [Theory]
    [InlineData(3, 0)]
    [InlineData(0, 3)]
    [InlineData(1, 2)]
    public void Rows_without_neighbours_go_out_compact(int height, int width)
    {
        using DlPackObject tensor = new int[4, 10].AsMemory2D(1, 2, height, width).AsDlPack();
        tensor.Length.Should().Be(height * width);
        tensor.IsContiguous.Should().BeTrue();
        tensor.Dlpack().Dispose();
    }

    [Fact]
    public void Read_only_memory_goes_out_read_only()
    {
        ReadOnlyMemory2D<int> memory = new int[2, 3];
        using DlPackObject tensor = memory.AsDlPack();
        using DlPackObject other = DlPack.AsDlPack(memory);
        tensor.IsReadOnly.Should().BeTrue();
        other.IsReadOnly.Should().BeTrue();
        Action store = () => tensor.AsMemory2D<int>();
        store.Should().Throw<DlPackException>().WithMessage("*read-only*");
    }

    [Fact]
    public void An_owner_is_returned_when_the_last_borrower_is_done()
    {
        MemoryOwner<int> owner = MemoryOwner<int>.Allocate(6);
        owner.Span[5] = 7;
        using DlPackObject tensor = owner.AsDlPack([2, 3]);
        using (DlPackObject back = DlPack.FromDlpack(tensor.Dlpack()))
        {
            tensor.Dispose();
            back.AsSpan2D<int>()[1, 2].Should().Be(7);
            owner.Span.Length.Should().Be(6);
        }

        Action use = () => _ = owner.Span;
        use.Should().Throw<ObjectDisposedException>();
        Action again = () => owner.AsDlPack();
        again.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Structs_are_one_more_dimension_both_ways()
    {
        LeaveTheRestToFinalizers();
        var array = new Vector3[2, 4];
        using DlPackObject tensor = array.AsMemory2D(0, 1, 2, 3).AsDlPack();
        tensor.Shape.ToArray().Should().Equal(2, 3, 3);
        tensor.Strides.ToArray().Should().Equal(12, 3, 1);
        tensor.AsSpan2D<Vector3>()[1, 2] = Vector3.One;
        array[1, 3].Should().Be(Vector3.One);
        using DlPackObject back = DlPack.FromDlpack(tensor.Dlpack());
        back.AsMemory2D<Vector3>().Span[1, 2].Should().Be(Vector3.One);
    }

    [Fact]
    public void Stored_memory_leaves_the_gaps_out()
    {
        int[] array = [.. Enumerable.Range(0, 20)];
        using DlPackObject tensor = DlPack.AsDlPack(array, [2, 3], [10, 1], offset: 4);
        Memory2D<int> memory = tensor.AsMemory2D<int>();
        memory.ToArray().Cast<int>().Should().Equal(4, 5, 6, 14, 15, 16);
    }

    [Fact]
    public void Read_only_tensors_are_stored_as_read_only_memory_that_holds_them()
    {
        LeaveTheRestToFinalizers();
        int released = 0;
        Check();
        LiveAfterFinalizers().Should().Be(default(LiveCounts));
        released.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Check()
        {
            DlPackObject memory = Counted.Memory(() => released++);
            DlPackObject tensor = DlPack.AsDlPack(
                memory.Data,
                DLDataType.Int32,
                [2, 2],
                [3, 1],
                owner: DlPackOwner.FromDisposable(memory),
                flags: DLPackFlags.ReadOnly);
            ReadOnlyMemory2D<int> stored = tensor.AsReadOnlyMemory2D<int>();
            tensor.Dispose();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            released.Should().Be(0);
            stored.ToArray().Cast<int>().Should().Equal(1, 2, 4, 5);
        }
    }

    [Fact]
    public void Read_only_memory_over_an_array_is_that_array()
    {
        int[] array = [.. Enumerable.Range(0, 20)];
        using DlPackObject tensor = DlPack.AsDlPack(array, [2, 3], [10, 1], offset: 4);
        ReadOnlyMemory2D<int> memory = tensor.AsReadOnlyMemory2D<int>();
        array[15] = -1;
        memory.ToArray().Cast<int>().Should().Equal(4, 5, 6, 14, -1, 16);
        using DlPackObject empty = DlPack.AsDlPack(new int[0, 3]);
        empty.AsReadOnlyMemory2D<int>().IsEmpty.Should().BeTrue();
    }

    [Theory]
    [InlineData(2, 2_000_000_000, 4_000_000_000)]
    [InlineData(2, 4, 5_000_000_000)]
    [InlineData(1, 3_000_000_000, 3_000_000_000)]
    [InlineData(3_000_000_000, 1, 1)]
    public void Rows_that_are_too_long_or_too_many_are_refused(long height, long width, long rowStride)
    {
        // Nothing is read: there is no such memory.
        using DlPackObject tensor = DlPack.AsDlPack(4096, DLDataType.UInt8, [height, width], [rowStride, 1]);
        Action span = () => tensor.AsSpan2D<byte>();
        Action readOnly = () => tensor.AsReadOnlySpan2D<byte>();
        Action store = () => tensor.AsMemory2D<byte>();
        span.Should().Throw<DlPackException>().WithMessage($"*{int.MaxValue}*{rowStride}*");
        readOnly.Should().Throw<DlPackException>().WithMessage($"*{int.MaxValue}*{rowStride}*");
        store.Should().Throw<DlPackException>().WithMessage($"*{int.MaxValue}*{rowStride}*");
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Rows_that_overlap_or_are_transposed_are_refused(long rowStride, long columnStride)
    {
        using DlPackObject tensor = DlPack.AsDlPack(new int[20], [2, 3], [rowStride, columnStride]);
        Action view = () => tensor.AsReadOnlySpan2D<int>();
        view.Should().Throw<DlPackException>().WithMessage("*strides*Copy()*");
    }

    [Fact]
    public void Other_ranks_are_refused()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new int[6]);
        Action view = () => tensor.AsSpan2D<int>();
        view.Should().Throw<DlPackException>().WithMessage("*two dimensions*");
    }

    [Fact]
    public void Empty_memory_goes_both_ways()
    {
        using DlPackObject tensor = Memory2D<int>.Empty.AsDlPack();
        using DlPackObject ofArray = new Memory2D<int>(new int[4], 4, 0, 3, 0).AsDlPack();
        tensor.Dlpack().Dispose();
        tensor.Length.Should().Be(0);
        ofArray.Shape.ToArray().Should().Equal(0, 3);
        tensor.AsSpan2D<int>().IsEmpty.Should().BeTrue();
    }
}
