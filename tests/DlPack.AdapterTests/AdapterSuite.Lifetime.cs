using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Tests;
using FluentAssertions;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>Who keeps what alive, and what is refused.</summary>
public abstract unsafe partial class AdapterSuite
{
    [Fact]
    public void A_consumer_keeps_the_buffer_when_the_source_is_disposed_first()
    {
        DlPackCapsule capsule = Forget();
        LiveAfterFinalizers().Should().Be(new LiveCounts(
            Capsules: 1, Blocks: 1, Pins: PinsWhileLent, Imports: ImportsWhileLent));
        GC.Collect();
        using (DlPackObject back = DlPack.FromDlpack(capsule))
        {
            back.ToArray<int>().Should().Equal(1, 2, 3, 4, 5, 6);
        }

        capsule.Dispose();
        Live.Should().Be(default(LiveCounts));

        [MethodImpl(MethodImplOptions.NoInlining)]
        DlPackCapsule Forget()
        {
            using DlPackObject tensor = Fill(Lend<int>([2, 3], Layout.Compact), [2, 3]).Tensor;
            return tensor.Dlpack();
        }
    }

    [Fact]
    public void The_source_stays_usable_when_the_view_is_disposed_first()
    {
        Lent<int> lent = Fill(Lend<int>([2, 3], Layout.Compact), [2, 3]);
        using DlPackObject tensor = lent.Tensor;
        tensor.Dlpack().Dispose();
        Live.Should().Be(new LiveCounts(Objects: 1, Imports: ImportsWhileLent));
        Read<int>(tensor, [1, 2]).Should().Be(6);
    }

    [Fact]
    public void The_producer_is_released_once_and_only_when_the_held_view_is_gone()
    {
        LeaveTheRestToFinalizers();
        int released = 0;
        Check();
        LiveAfterFinalizers().Should().Be(default(LiveCounts));
        released.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Check()
        {
            DlPackObject tensor = Counted.Memory(() => released++);
            Func<long[], int> held = Hold<int>(tensor);
            tensor.Dispose();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            released.Should().Be(HoldCopies ? 1 : 0);
            held([1, 2]).Should().Be(6);
            held([0, 0]).Should().Be(1);
            GC.KeepAlive(held);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_buffer_is_let_go_once_and_only_when_its_last_borrower_is_done(bool isBufferDisposedFirst)
    {
        LeaveTheRestToFinalizers();
        Func<int> releases = Borrow();
        LiveAfterFinalizers().Should().Be(default(LiveCounts));
        releases().Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        Func<int> Borrow()
        {
            Counted lent = LendCounted();
            using DlPackCapsule capsule = lent.Tensor.Dlpack();
            lent.Tensor.Dispose();
            if (isBufferDisposedFirst)
            {
                lent.Dispose();
            }

            using (DlPackObject back = DlPack.FromDlpack(capsule))
            {
                LiveAfterFinalizers().Blocks.Should().BePositive();
                lent.Releases().Should().Be(0);
                back.ToArray<int>().Should().Equal(1, 2, 3, 4, 5, 6);
            }

            if (!isBufferDisposedFirst)
            {
                lent.Dispose();
            }

            return lent.Releases;
        }
    }

    [Fact]
    public void What_is_forgotten_after_its_memory_was_seen_is_released_by_the_collector()
    {
        LeaveTheRestToFinalizers();
        foreach (Action forget in new Action[] { ForgetData, ForgetSpan, ForgetMemory, ForgetCapsule })
        {
            for (int i = 0; i < 50; i++)
            {
                if (i % 2 == 0)
                {
                    LeaveOldFinalizers();
                }

                forget();
            }

            LiveAfterFinalizers().Should().Be(default(LiveCounts));
        }

        // Finalizers run in the order of their objects' ages, and those of what is disposed are used again: what is
        // forgotten then has older ones than the library's own objects have.
        static void LeaveOldFinalizers()
        {
            using DlPackObject one = DlPack.Allocate<int>([1]);
            using DlPackObject other = DlPack.Allocate<int>([1]);
            one.Dlpack().Dispose();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void ForgetData() => _ = Lend<int>([2, 3], Layout.Compact).Tensor.Data;

        [MethodImpl(MethodImplOptions.NoInlining)]
        void ForgetSpan() => Lend<int>([2, 3], Layout.Compact).Tensor.AsSpan<int>()[5] = 6;

        [MethodImpl(MethodImplOptions.NoInlining)]
        void ForgetMemory()
        {
            using DlPackObject tensor = Lend<int>([2, 3], Layout.Compact).Tensor;
            Memory<int> memory = tensor.AsMemory<int>();
            memory.Span[5] = 6;
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void ForgetCapsule()
        {
            DlPackObject tensor = Lend<int>([2, 3], Layout.Compact).Tensor;
            ((DLManagedTensorVersioned*)tensor.Dlpack().DangerousGetPointer())->dl_tensor.ndim.Should().Be(2);
        }
    }

    [Fact]
    public void A_lent_buffer_stays_in_place_while_the_rest_moves()
    {
        using DlPackObject tensor = Fill(Lend<int>([2, 3], Layout.Compact), [2, 3]).Tensor;
        using DlPackCapsule capsule = tensor.Dlpack();
        DLTensor* seen = &((DLManagedTensorVersioned*)capsule.DangerousGetPointer())->dl_tensor;
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        new ReadOnlySpan<int>(seen->data, 6).ToArray().Should().Equal(1, 2, 3, 4, 5, 6);
        tensor.Data.Should().Be((nint)seen->data);
    }

    [Fact]
    public void Read_only_tensors_are_read_but_not_written()
    {
        using DlPackObject tensor = DlPack.AsDlPack((ReadOnlyMemory<int>)Enumerable.Range(1, 6).ToArray(), [2, 3]);
        ReadReadOnly<int>(tensor, [1, 2]).Should().Be(6);
        if (HasWritableViews)
        {
            Action write = () => Write(tensor, [1, 2], 7);
            write.Should().Throw<DlPackException>().WithMessage("*read-only*");
        }
    }

    [Fact]
    public void A_tensor_of_another_device_is_refused_unread()
    {
        using DlPackObject tensor = DlPack.AsDlPack(16, DLDataType.Int32, [2, 3], device: DLDevice.Cuda());
        Refuses<int>(tensor, "*cuda*");
    }

    [Fact]
    public virtual void Another_dtype_is_refused()
    {
        using DlPackObject tensor = DlPack.Allocate<float>([2, 3]);
        Refuses<int>(tensor, "*float32*");
        Refuses<double>(tensor, "*float32*");
    }

    [Fact]
    public void Backward_strides_are_refused()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new int[6], [2, 3], [-3, 1], offset: 3);
        Refuses<int>(tensor, "*strides*");
    }

    [Fact]
    public void A_disposed_tensor_is_refused()
    {
        DlPackObject tensor = DlPack.Allocate<int>([2, 3]);
        tensor.Dispose();
        Action read = () => Read<int>(tensor, [0, 0]);
        read.Should().Throw<ObjectDisposedException>();
    }

    private void Refuses<T>(DlPackObject tensor, string message)
        where T : unmanaged
    {
        Action read = () => Read<T>(tensor, [0, 0]);
        Action readOnly = () => ReadReadOnly<T>(tensor, [0, 0]);
        read.Should().Throw<DlPackException>().WithMessage(message);
        readOnly.Should().Throw<DlPackException>().WithMessage(message);
    }
}
