using DlPackNet.Interop;
using FluentAssertions;
using ILGPU.Runtime.Cuda;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>Raw addresses, of which the driver is asked what they are.</summary>
public sealed class PointerTests : CudaTest
{
    private const nint Second = CudaStub.Primary + 1;

    [Fact]
    public void Device_kind_and_number_come_from_the_driver()
    {
        Check(Foreign(16), DLDevice.Cuda());
        Check(Foreign(16, context: CudaStub.Primary + 1, gpu: 1), DLDevice.Cuda(1));
        Check(Foreign(16, kind: CudaStub.Managed), new DLDevice(DLDeviceType.kDLCUDAManaged));
        Check(Foreign(16, kind: CudaStub.Host, gpu: 1), new DLDevice(DLDeviceType.kDLCUDAHost));
        Check(Foreign(16, context: 0), DLDevice.Cuda());
    }

    [Fact]
    public void An_address_in_the_middle_counts_as_well()
    {
        using DlPackObject tensor = DlPack.AsDlPack(Foreign(64) + 32, DLDataType.Float32, [4], stream: null);
        tensor.Device.Should().Be(DLDevice.Cuda());
    }

    [Fact]
    public void What_the_driver_does_not_know_is_refused()
    {
        using DlPackObject host = DlPack.Allocate<float>([4]);
        Refused<ArgumentException>(() => DlPack.AsDlPack(host.Data, DLDataType.Float32, [4], stream: 1), "*main memory*");
    }

    [Fact]
    public void An_address_in_another_context_is_refused()
    {
        nint address = Foreign(16, context: 0x1abc);
        Refused<DlPackException>(() => DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: 1), "*0x1abc*primary*");
    }

    [Fact]
    public void A_producers_stream_is_a_stream()
    {
        nint address = Foreign(16);
        Refused<ArgumentException>(() => DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: 0), "*stream*");
        Refused<ArgumentException>(() => DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: -1), "*stream*");
    }

    [Fact]
    public void The_stream_orders_and_the_release_comes_after_it()
    {
        bool isReleased = false;
        DlPackObject tensor = DlPack.AsDlPack(
            Foreign(16), DLDataType.Float32, [4], stream: SideHandle, release: () => isReleased = true);
        tensor.Dlpack().Dispose();
        CudaStub.TakeJournal().Should().Contain(line => line.EndsWith($"on stream {SideHandle:x} in 1f00"));
        tensor.Dispose();
        DlPackCuda.WaitForReleases();
        isReleased.Should().BeTrue();
    }

    [Fact]
    public void Pinned_and_managed_memory_is_waited_for_on_the_GPU_that_fills_it()
    {
        nint ofSecond = Foreign(16, context: Second, kind: CudaStub.Host, gpu: 1);
        nint ofFirst = Foreign(16, kind: CudaStub.Host);
        using CudaAccelerator second = DlPackCuda.CreateAccelerator(Context, 1);
        long stream = ((CudaStream)second.CreateStream()).StreamPtr;
        nint managed = Foreign(16, kind: CudaStub.Managed);
        foreach ((nint address, long number) in ((nint, long)[])[
            (ofSecond, 1), (ofSecond, 2), (ofFirst, stream), (managed, stream)])
        {
            using DlPackObject tensor = DlPack.AsDlPack(
                address, DLDataType.Float32, [4], number, release: () => { });
            tensor.Device.device_id.Should().Be(0);
            CudaStub.TakeJournal();
            tensor.AsSpan<float>();
            tensor.Dlpack(stream: SideHandle).Dispose();
            tensor.Dispose();
            DlPackCuda.WaitForReleases();
            string[] asked = CudaStub.TakeJournal();
            asked.Where(line => line.StartsWith("host")).Should().HaveCount(2);
            asked.Should().OnlyContain(line => line.EndsWith("in 1f01") || line.Contains("event 3"));
            asked.Should().NotContain(line => line.Contains("all of"), "the stream is known");
        }
    }

    [Fact]
    public void A_stream_that_nothing_can_wait_for_is_refused()
    {
        using CudaAccelerator plain = Context.GetCudaDevices()[0].CreateCudaAccelerator(Context);
        using CudaAccelerator second = DlPackCuda.CreateAccelerator(Context, 1);
        long ofPlain = ((CudaStream)plain.CreateStream()).StreamPtr;
        long ofSecond = ((CudaStream)second.CreateStream()).StreamPtr;
        nint pinned = Foreign(16, kind: CudaStub.Host);
        nint address = Foreign(16);
        const string Message = "*not in the primary context of cuda:0*";
        Refused<ArgumentException>(() => DlPack.AsDlPack(pinned, DLDataType.Float32, [4], ofPlain), Message);
        Refused<ArgumentException>(() => DlPack.AsDlPack(address, DLDataType.Float32, [4], ofPlain), Message);
        Refused<ArgumentException>(() => DlPack.AsDlPack(address, DLDataType.Float32, [4], ofSecond), Message);
    }

    private static void Check(nint address, DLDevice device)
    {
        using DlPackObject tensor = DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: null);
        tensor.Device.Should().Be(device);
        tensor.Data.Should().Be(address);
    }

    private static void Refused<T>(Func<DlPackObject> lend, string message)
        where T : Exception => lend.Invoking(make => make()).Should().Throw<T>().WithMessage(message);
}
