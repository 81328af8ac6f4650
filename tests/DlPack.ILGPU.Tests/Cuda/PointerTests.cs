using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.IlgpuTests.Cuda;

/// <summary>Raw addresses, of which the driver is asked what they are.</summary>
public sealed class PointerTests : CudaTest
{
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

    private static void Check(nint address, DLDevice device)
    {
        using DlPackObject tensor = DlPack.AsDlPack(address, DLDataType.Float32, [4], stream: null);
        tensor.Device.Should().Be(device);
        tensor.Data.Should().Be(address);
    }

    private static void Refused<T>(Func<DlPackObject> lend, string message)
        where T : Exception => lend.Invoking(make => make()).Should().Throw<T>().WithMessage(message);
}
