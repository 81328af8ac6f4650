using System.Buffers;
using System.Runtime.CompilerServices;
using Apache.Arrow;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Native memory that Arrow has as if it had allocated it.</summary>
public sealed unsafe class ArrowLentTests : LeakChecked
{
    [Fact]
    public void This_Arrow_takes_memory_from_an_allocator_as_expected() =>
        LendingAllocator.IsAvailable.Should().BeTrue();

    [Fact]
    public void Nothing_is_written_to_the_memory()
    {
        using DlPackObject memory = DlPack.Allocate<byte>([200]);
        memory.AsSpan<byte>().Fill(7);
        using IArrowArray array = memory.ToArrowArray();
        memory.AsSpan<byte>().ContainsAnyExcept((byte)7).Should().BeFalse();
        ((UInt8Array)array).Values.ContainsAnyExcept((byte)7).Should().BeFalse();
    }

    [Fact]
    public void A_pinned_buffer_outlives_its_array()
    {
        int released = 0;
        using DlPackObject memory = DlPack.Allocate<int>([2]);
        memory.AsSpan<int>()[1] = 5;
        DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Int32, [2], owner: DlPackOwner.FromCallback(() => released++));
        IArrowArray array = tensor.ToArrowArray();
        tensor.Dispose();
        ReadOnlyMemory<byte> bytes = array.Data.Buffers[1].Memory;
        MemoryHandle pin = bytes.Slice(4).Pin();
        array.Dispose();
        released.Should().Be(0);
        (*(int*)pin.Pointer).Should().Be(5);
        pin.Dispose();
        pin.Dispose();
        released.Should().Be(1);
        Action read = () => _ = bytes.Span[0];
        Action pinAgain = () => bytes.Pin();
        read.Should().Throw<ObjectDisposedException>();
        pinAgain.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_forgotten_pin_is_released_by_the_collector()
    {
        LeaveTheRestToFinalizers();
        using DlPackObject tensor = DlPack.Allocate<int>([6]);
        Forget(tensor);
        LiveAfterFinalizers().Should().Be(new LiveCounts(Objects: 1, Allocations: 1));

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget(DlPackObject lent)
        {
            using IArrowArray array = lent.ToArrowArray();
            array.Data.Buffers[1].Memory.Pin();
            Live.Should().Be(new LiveCounts(Objects: 3, Allocations: 1));
        }
    }

    [Fact]
    public void Memory_that_moves_is_in_place_while_an_array_has_it()
    {
        int[] numbers = [.. Enumerable.Range(1, 4)];
        using DlPackObject tensor = System.Numerics.Tensors.Tensor.Create(numbers, [4]).AsDlPack();
        IArrowArray array = tensor.ToArrowArray();
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        Live.Should().Be(new LiveCounts(Objects: 2, Pins: 1));
        ((Int32Array)array).Values.ToArray().Should().Equal(1, 2, 3, 4);
        array.Dispose();
        Live.Should().Be(new LiveCounts(Objects: 1));
    }

    [Fact]
    public void Arrays_without_elements_hold_nothing()
    {
        using DlPackObject tensor = DlPack.Allocate<int>([0, 3]);
        using IArrowArray array = tensor.ToArrowArray();
        array.Length.Should().Be(0);
        Live.Objects.Should().Be(1);
    }

    [Fact]
    public void Threads_take_and_dispose_arrays_at_once()
    {
        using DlPackObject tensor = DlPack.Allocate<int>([3, 2]);
        Parallel.For(0, 1000, i =>
        {
            using IArrowArray array = tensor.ToArrowArray();
            ((Int32Array)((FixedShapeTensorArray)array).Values).Values.Length.Should().Be(6);
        });
        Live.Should().Be(new LiveCounts(Objects: 1, Allocations: 1));
    }
}
