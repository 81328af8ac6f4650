using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Apache.Arrow;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>
/// Arrow's buffers and tensors over them that are forgotten together, so that their finalizers run in any order.
/// </summary>
public sealed unsafe class ArrowForgottenTests : LeakChecked
{
    private const int Count = 50;

    private int _released;

    [Fact]
    public void An_array_whose_memory_was_seen()
    {
        ForgetEach(() =>
        {
            Int32Array array = new Int32Array.Builder().Append(1).Append(2).Build();
            Memory<int> memory = array.AsDlPack(isWritable: true).AsMemory<int>();
            memory.Span[1].Should().Be(2);
            using DlPackObject tensor = array.AsDlPack();
            tensor.AsReadOnlySpan<int>()[1].Should().Be(2);
        });
        LiveAfterAll().Should().Be(default(LiveCounts));
    }

    [Fact]
    public void A_chain_of_tensors_and_arrays()
    {
        ForgetEach(() =>
        {
            DlPackObject first = Numbers().ToArrowArray().AsDlPack();
            _ = first.Data;
            DlPackObject second = first.ToArrowArray().AsDlPack();
            ((int*)second.Data)[3].Should().Be(4);
            _ = second.Dlpack();
        });
        LiveAfterAll().Should().Be(default(LiveCounts));
        _released.Should().Be(Count);
    }

    [Fact]
    public void A_chain_that_starts_in_Arrow()
    {
        ForgetEach(() =>
        {
            IArrowArray array = new Int32Array.Builder().Append(1).Append(2).Build().AsDlPack().ToArrowArray();
            _ = array.Data.Buffers[1].Memory.Pin();
            Memory<int> memory = array.AsDlPack(isWritable: true).AsMemory<int>();
            memory.Span[1].Should().Be(2);
        });
        LiveAfterAll().Should().Be(default(LiveCounts));
    }

    [Fact]
    public void A_buffer_that_was_pinned()
    {
        ForgetEach(() =>
        {
            using DlPackObject tensor = Numbers();
            MemoryHandle pin = tensor.ToArrowArray().Data.Buffers[1].Memory.Pin();
            ((int*)pin.Pointer)[3].Should().Be(4);
        });
        LiveAfterAll().Should().Be(default(LiveCounts));
        _released.Should().Be(Count);
    }

    [Fact]
    public void An_array_over_memory_that_Arrow_lends_by_its_allocator()
    {
        ForgetEach(() =>
        {
            var buffer = new Apache.Arrow.Memory.NativeBuffer<int, Apache.Arrow.Memory.NoOpAllocationTracker>(2);
            buffer.Span[1] = 2;
            DlPackObject tensor = new Int32Array(buffer.Build(), ArrowBuffer.Empty, 2, 0, 0).AsDlPack();
            ((int*)tensor.Data)[1].Should().Be(2);
        });
        LiveAfterAll().Should().Be(default(LiveCounts));
    }

    [Fact]
    public void What_is_still_lent_holds_an_array_that_was_forgotten()
    {
        DLManagedTensorVersioned* lent = Forget();
        LiveAfterAll().Should().Be(new LiveCounts(Blocks: 1));
        ((int*)lent->dl_tensor.data)[1].Should().Be(2);
        lent->deleter(lent);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static DLManagedTensorVersioned* Forget() =>
            DlPack.Export(new Int32Array.Builder().Append(1).Append(2).Build().AsDlPack());
    }

    private DlPackObject Numbers()
    {
        int* memory = (int*)NativeMemory.AllocZeroed(4, sizeof(int));
        memory[3] = 4;
        return DlPack.AsDlPack(
            (nint)memory,
            DLDataType.Int32,
            [4],
            owner: DlPackOwner.FromCallback(() =>
            {
                _released++;
                NativeMemory.Free(memory);
            }));
    }

    private void ForgetEach(Action make)
    {
        LeaveTheRestToFinalizers();
        for (int i = 0; i < Count; i++)
        {
            Forget(make);
            if (i % 10 == 0)
            {
                GC.Collect();
            }
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(Action make) => make();
    }

    /// <summary>What is live once each of a chain has been found, of which one is held by the next.</summary>
    private LiveCounts LiveAfterAll()
    {
        LiveAfterFinalizers();
        LiveAfterFinalizers();
        return LiveAfterFinalizers();
    }
}
