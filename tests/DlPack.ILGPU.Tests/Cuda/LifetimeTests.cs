using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using DlPackNet.Tests;
using FluentAssertions;
using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>
/// Streams, accelerators and arrays that go while something is lent, things that are forgotten, failures.
/// </summary>
public sealed class LifetimeTests : CudaTest
{
    private readonly List<Exception> _failures = [];

    public LifetimeTests()
    {
        DlPackDiagnostics.ReleaseFailed += _failures.Add;
        AtEnd(() =>
        {
            DlPackDiagnostics.ReleaseFailed -= _failures.Add;
            CudaStub.stub_end_driver(0);
            CudaStub.stub_hold_events(0);
            CudaStub.stub_hold_streams(0);
        });
    }

    [Fact]
    public void A_stream_that_is_disposed_while_content_of_it_is_lent_is_destroyed_after_the_last_borrower()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        DlPackObject tensor = buffer.AsDlPack(Side);
        Side.Dispose();
        CudaStub.TakeJournal();
        tensor.Dlpack(stream: 2).Dispose();
        CudaStub.TakeJournal().Should().Contain(line => line.EndsWith($"on stream {SideHandle:x} in 1f00"));
        long handle = SideHandle;
        tensor.Dispose();
        DlPackCuda.WaitForReleases();
        CudaStub.TakeJournal().Should().ContainSingle(line => line.StartsWith("destroy"))
            .Which.Should().Be($"destroy stream {handle:x}");
        FluentActions.Invoking(() => buffer.AsDlPack(Side)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_disposed_stream_is_refused_in_both_directions()
    {
        using MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        using DlPackObject tensor = buffer.AsDlPack();
        Side.Dispose();
        FluentActions.Invoking(() => buffer.AsDlPack(Side)).Should().Throw<ObjectDisposedException>();
        FluentActions.Invoking(() => tensor.AsArrayView1D<float>(Gpu, Side)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Disposing_an_accelerator_releases_views_of_its_streams_after_all_its_work()
    {
        int released = 0;
        CudaAccelerator accelerator = DlPackCuda.CreateAccelerator(Context, Context.GetCudaDevices()[0]);
        AcceleratorStream stream = accelerator.CreateStream();
        DlPackObject tensor = Tensor(Foreign(16), [4], () => released++);
        tensor.AsArrayView1D<float>(accelerator, stream);
        tensor.Dispose();
        CudaStub.TakeJournal();
        accelerator.Dispose();
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
        CudaStub.TakeJournal().Should().Contain("a thread waits for all of 1f00").And.NotContain(line => line.StartsWith("record"));
        _failures.Should().BeEmpty();
    }

    [Fact]
    public void A_view_whose_stream_has_gone_is_released_after_all_work()
    {
        int released = 0;
        DlPackObject tensor = Tensor(Foreign(16), [4], () => released++);
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, Side);
        tensor.Dispose();
        Side.Dispose();
        view.Release();
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
        _failures.Should().BeEmpty();
    }

    [Fact]
    public void A_forgotten_view_keeps_its_tensor_until_the_streams_work_is_done()
    {
        LeaveTheRestToFinalizers();
        int released = 0;
        CudaStub.stub_hold_events(1);
        ForgetView(Gpu, Foreign(16), () => Interlocked.Increment(ref released));
        Collect();
        Volatile.Read(ref released).Should().Be(0, "the stream has work to do");
        CudaStub.stub_hold_events(0);
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
    }

    [Fact]
    public void A_forgotten_view_does_not_use_a_stream_that_is_being_destroyed()
    {
        LeaveTheRestToFinalizers();
        int released = 0;
        long handle = SideHandle;
        ForgetView(Gpu, Foreign(16), () => Interlocked.Increment(ref released), Side);
        List<string> asked = [];
        CudaStub.stub_hold_streams(1);
        var destroyer = new Thread(Side.Dispose);
        destroyer.Start();
        CudaStub.stub_await_stream_wait();
        CudaStub.TakeJournal();

        // Either the finalizer asks, or it finds the accelerator's lock taken, which is counted.
        long before = Monitor.LockContentionCount;
        GC.Collect();
        SpinWait.SpinUntil(Asks, TimeSpan.FromSeconds(20)).Should().BeTrue("the view is finalized");
        CudaStub.stub_hold_streams(0);
        destroyer.Join();
        Collect();
        DlPackCuda.WaitForReleases();
        asked.AddRange(CudaStub.TakeJournal());
        asked.Should().NotContain(line => line.Contains($"on stream {handle:x}"));
        released.Should().Be(1);

        bool Asks()
        {
            asked.AddRange(CudaStub.TakeJournal());
            return asked.Count > 0 || Monitor.LockContentionCount > before;
        }
    }

    [Fact]
    public void A_view_that_is_forgotten_with_its_accelerator_gives_its_tensor_back()
    {
        LeaveTheRestToFinalizers();
        int released = 0;
        ForgetViewAndAccelerator(Context, Foreign(16), () => Interlocked.Increment(ref released));
        Collect();
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
    }

    [Fact]
    public void A_forgotten_page_locked_array_stays_until_the_streams_work_is_done()
    {
        (DlPackObject tensor, WeakReference array) = LendPageLocked(Gpu, Side);
        CudaStub.stub_hold_events(1);
        tensor.Dispose();
        Collect();
        array.IsAlive.Should().BeTrue("the stream may write to it");
        CudaStub.stub_hold_events(0);
        DlPackCuda.WaitForReleases();
        Collect();
        array.IsAlive.Should().BeFalse();
    }

    [Fact]
    public void The_source_of_a_copy_within_a_GPU_is_held_until_the_GPU_has_read_it()
    {
        int released = 0;
        CudaStub.stub_hold_events(1);
        DlPackCapsule copy;
        using (DlPackObject tensor = Tensor(Foreign(16), [4], () => released++))
        {
            copy = tensor.Dlpack(stream: SideHandle, copy: true);
        }

        released.Should().Be(0, "its owner would use the memory again at once");
        CudaStub.stub_hold_events(0);
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
        copy.Dispose();
    }

    [Fact]
    public void What_cannot_be_ordered_by_an_event_is_released_after_all_work()
    {
        int released = 0;
        DlPackObject tensor = Tensor(Foreign(16), [4], () => released++);
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, Side);
        tensor.Dispose();
        CudaStub.stub_fail_records(1);
        view.Release();
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
        CudaStub.TakeJournal().Should().Contain("a thread waits for all of 1f00");
    }

    [Fact]
    public void A_failed_GPU_is_reported_and_what_was_lent_is_given_back()
    {
        int released = 0;
        DlPackObject tensor = Tensor(Foreign(16), [4], () => released++);
        ArrayView1D<float, Stride1D.Dense> view = tensor.AsArrayView1D<float>(Gpu, Side);
        tensor.Dispose();
        CudaStub.stub_fail_waits(1);
        view.Release();
        DlPackCuda.WaitForReleases();
        released.Should().Be(1);
        _failures.Should().ContainSingle().Which.Message.Should().Contain("719").And.Contain("wait for the GPU");
    }

    [Fact]
    public void After_the_drivers_end_nothing_is_asked_released_or_complained_about()
    {
        nint address = Foreign(16);
        int released = 0;
        DlPackObject tensor = DlPack.AsDlPack(
            address, DLDataType.Float32, [4], stream: SideHandle, release: () => released++);
        CudaStub.TakeJournal();
        CudaStub.stub_end_driver(1);
        tensor.Dispose();
        DlPackCuda.WaitForReleases();
        Asked();
        (released, _failures.Count).Should().Be((0, 0));
    }

    [Fact]
    public unsafe void A_forked_child_asks_the_driver_for_nothing()
    {
        Requires.Platform(!OperatingSystem.IsWindows(), "Windows does not fork");

        DLManagedTensorVersioned* lent = LendDisposed();
        CudaStub.stub_delete_in_child(lent->deleter, lent).Should().Be(0);
        int before = CudaStub.stub_live_blocks();
        lent->deleter(lent);
        DlPackCuda.WaitForReleases();
        CudaStub.stub_live_blocks().Should().Be(before - 1, "the parent frees it");

        DLManagedTensorVersioned* LendDisposed()
        {
            MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
            using DlPackObject tensor = buffer.AsDlPack(Side);
            buffer.Dispose();
            return DlPack.Export(tensor);
        }
    }

    [Fact]
    public void A_release_may_ask_to_wait_for_releases()
    {
        bool isReleased = false;
        DlPack.AsDlPack(Foreign(16), DLDataType.Float32, [4], stream: 1, release: () =>
        {
            DlPackCuda.WaitForReleases();
            isReleased = true;
        }).Dispose();
        DlPackCuda.WaitForReleases();
        isReleased.Should().BeTrue();
    }

    [Fact]
    public void A_deleter_runs_on_a_thread_that_has_no_context()
    {
        int before = CudaStub.stub_live_blocks();
        MemoryBuffer1D<float, Stride1D.Dense> buffer = Gpu.Allocate1D<float>(4);
        DlPackCapsule capsule;
        using (DlPackObject tensor = buffer.AsDlPack(Side))
        {
            capsule = tensor.Dlpack(stream: -1);
        }

        buffer.Dispose();
        nint current = -1;
        var thread = new Thread(() =>
        {
            capsule.Dispose();
            current = CudaStub.stub_current_context();
        });
        thread.Start();
        thread.Join();
        DlPackCuda.WaitForReleases();
        current.Should().Be(0);
        CudaStub.stub_live_blocks().Should().Be(before);
        _failures.Should().BeEmpty();
    }

    private static void Collect()
    {
        for (int i = 0; i < 3; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetView(
        CudaAccelerator accelerator, nint address, Action release, AcceleratorStream? stream = null) =>
        Tensor(address, [4], release).AsArrayView1D<float>(accelerator, stream);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ForgetViewAndAccelerator(Context context, nint address, Action release) =>
        ForgetView(DlPackCuda.CreateAccelerator(context, context.GetCudaDevices()[0]), address, release);

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (DlPackObject Tensor, WeakReference Array) LendPageLocked(CudaAccelerator gpu, CudaStream stream)
    {
        PageLockedArray1D<float> locked = gpu.AllocatePageLocked1D<float>(1000);
        DlPackObject tensor = locked.AsDlPack(stream);
        locked.Dispose();
        return (tensor, new WeakReference(locked.GetArray()));
    }
}
