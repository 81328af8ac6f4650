using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Tests;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using Xunit;

namespace DlPackNet.IlgpuTests;

/// <summary>When a view's tensor is released: who ends it, in which order, and on which thread.</summary>
public sealed class ViewLifetimeTests : LeakChecked
{
    private readonly Accelerator _cpu = Machine.Cpu;

    [Theory]
    [InlineData("view")]
    [InlineData("buffer")]
    [InlineData("accelerator")]
    public void Whoever_releases_a_tensor_may_wait_for_a_thread_that_uses_the_accelerator(string released)
    {
        Accelerator accelerator = Machine.NewCpu();
        DlPackObject lent = accelerator.Allocate1D<int>(1).AsDlPack();
        bool isDone = false;
        ArrayView1D<int, Stride1D.Dense> view = Wrap(accelerator, () =>
        {
            var other = new Thread(lent.Dispose);
            other.Start();
            isDone = other.Join(TimeSpan.FromSeconds(30));
        });
        switch (released)
        {
            case "view":
                view.Release();
                break;
            case "buffer":
                view.Buffer().Dispose();
                break;
            default:
                accelerator.Dispose();
                break;
        }

        isDone.Should().BeTrue("the accelerator is not locked meanwhile");
        accelerator.Dispose();
    }

    [Fact]
    public void The_buffers_own_disposal_releases_the_tensor_as_well_and_both_together_once()
    {
        int released = 0;
        ArrayView1D<int, Stride1D.Dense> view = Wrap(_cpu, () => released++);
        MemoryBuffer buffer = view.Buffer();
        buffer.Accelerator.Should().BeSameAs(_cpu);
        buffer.IsDisposed.Should().BeFalse();
        buffer.Dispose();
        view.Release();
        (released, buffer.IsDisposed, buffer.NativePtr).Should().Be((1, true, 0));
        ArrayView1D<int, Stride1D.Dense> second = Wrap(_cpu, () => released++);
        second.Release();
        second.Buffer().Dispose();
        (released, second.Buffer().IsDisposed).Should().Be((2, true));
    }

    [Fact]
    public void A_view_that_is_lent_on_keeps_the_tensor_when_its_buffer_goes()
    {
        int released = 0;
        ArrayView1D<int, Stride1D.Dense> view = Wrap(_cpu, () => released++);
        DlPackObject lent = view.SubView(1, 2).AsDlPack();
        view.Release();
        FluentActions.Invoking(() => view.AsDlPack()).Should().Throw<ObjectDisposedException>("it is only kept");
        DlPackCapsule capsule = lent.Dlpack();
        lent.Dispose();
        released.Should().Be(0);
        capsule.Dispose();
        released.Should().Be(1);
        FluentActions.Invoking(() => view.AsDlPack()).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_view_that_is_lent_on_keeps_the_tensor_when_its_accelerator_goes()
    {
        int released = 0;
        Accelerator accelerator = Machine.NewCpu();
        using (DlPackObject lent = Wrap(accelerator, () => released++).AsDlPack())
        {
            accelerator.Dispose();
            lent.ToArray<int>().Should().Equal(0, 0, 0, 0);
            released.Should().Be(0);
        }

        released.Should().Be(1);
    }

    [Fact]
    public void A_failed_export_of_a_view_holds_nothing()
    {
        int released = 0;
        ArrayView1D<int, Stride1D.Dense> view = Wrap(_cpu, () => released++);
        FluentActions.Invoking(() => view.AsDlPack(dtype: DLDataType.Float64)).Should().Throw<ArgumentException>();
        view.Release();
        released.Should().Be(1);
    }

    [Fact]
    public void A_view_of_what_must_not_be_written_is_lent_on_as_read_only()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new ReadOnlyMemory<int>([1, 2, 3]));
        ArrayView1D<int, Stride1D.Dense> view = tensor.AsArrayView1D<int>(_cpu, readOnly: true);
        using (DlPackObject lent = view.AsDlPack())
        {
            lent.IsReadOnly.Should().BeTrue();
        }

        view.Release();
    }

    [Fact]
    public void A_forgotten_view_gives_its_tensor_back()
    {
        LeaveTheRestToFinalizers();
        int released = 0;
        Forget(_cpu, () => Interlocked.Increment(ref released));
        LiveCounts.AfterFinalizers();
        released.Should().Be(1);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(Accelerator accelerator, Action release) => Wrap(accelerator, release);
    }

    [Fact]
    public void An_array_is_in_place_while_a_view_sees_it()
    {
        int[] array = [1, 2, 3];
        ArrayView1D<int, Stride1D.Dense> view;
        using (DlPackObject tensor = DlPack.AsDlPack(array))
        {
            view = tensor.AsArrayView1D<int>(_cpu);
        }

        Live.Pins.Should().Be(1);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        view[1] = 20;
        array.Should().Equal(1, 20, 3);
        view.Release();
        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void Views_that_are_made_while_the_accelerator_is_disposed_are_refused_or_released()
    {
        for (int round = 0; round < 50; round++)
        {
            int made = 0;
            int released = 0;
            Accelerator accelerator = Machine.NewCpu();
            using var start = new Barrier(3);
            Thread[] makers = [new(Make), new(Make)];
            Array.ForEach(makers, maker => maker.Start());
            start.SignalAndWait(TestContext.Current.CancellationToken);
            accelerator.Dispose();
            Array.ForEach(makers, maker => maker.Join());
            released.Should().Be(made);

            void Make()
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                try
                {
                    while (true)
                    {
                        // Counted before, since the tensor that is refused is released too.
                        Interlocked.Increment(ref made);
                        Wrap(accelerator, () => Interlocked.Increment(ref released));
                    }
                }
                catch (ObjectDisposedException)
                {
                }
            }
        }
    }

    [Fact]
    public void Many_views_at_once_are_each_released_by_the_accelerators_disposal()
    {
        int released = 0;
        Accelerator accelerator = Machine.NewCpu();
        List<ArrayView1D<int, Stride1D.Dense>> views = [];
        for (int i = 0; i < 100; i++)
        {
            views.Add(Wrap(accelerator, () => released++));
        }

        views.Where((_, i) => i % 3 == 0).ToList().ForEach(view => view.Release());
        released.Should().Be(34);
        for (int i = 0; i < 10; i++)
        {
            Wrap(accelerator, () => released++);
        }

        accelerator.Dispose();
        released.Should().Be(110);
        views.ForEach(view => view.Release());
        released.Should().Be(110);
    }

    private static ArrayView1D<int, Stride1D.Dense> Wrap(Accelerator accelerator, Action release)
    {
        DlPackObject memory = DlPack.Allocate<int>([4]);
        using DlPackObject tensor = DlPack.AsDlPack(
            memory.Data, DLDataType.Int32, [4], owner: DlPackOwner.FromCallback(() =>
            {
                memory.Dispose();
                release();
            }));
        return tensor.AsArrayView1D<int>(accelerator);
    }
}
