using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Content that a stream still works on is waited for before the main processor reads it.</summary>
public sealed unsafe class PendingContentTests : LeakChecked
{
    private const string HostWaits = "the host waits for 77";

    private readonly RecordingRuntime _runtime = new();

    public PendingContentTests() => AtEnd(_runtime.Serve(
        DLDeviceType.kDLCUDAHost, DLDeviceType.kDLCUDAManaged, DLDeviceType.kDLCUDA));

    public static TheoryData<DLDeviceType> Kinds => [DLDeviceType.kDLCUDAHost, DLDeviceType.kDLCUDAManaged];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reading_waits(DLDeviceType type)
    {
        int value = 5;
        using DlPackObject dl = Pending(&value, type);

        LeaveTheRestToFinalizers();
        dl.ToArray<int>().Should().Equal(5);
        dl.AsSpan<int>()[0].Should().Be(5);
        dl.CopyTo((Span<int>)[0]);

        _runtime.Calls.Should().HaveCountGreaterThanOrEqualTo(3).And.OnlyContain(call => call.EndsWith(HostWaits));
    }

    [Fact]
    public void Lending_pinned_memory_waits_since_its_consumer_has_no_stream()
    {
        int value = 5;
        using DlPackObject dl = Pending(&value, DLDeviceType.kDLCUDAHost);

        dl.Dlpack().Dispose();

        _runtime.Calls.Should().Equal("cudahost:0: " + HostWaits);
    }

    [Fact]
    public void Copying_managed_memory_for_the_cpu_waits()
    {
        int value = 5;
        using DlPackObject dl = Pending(&value, DLDeviceType.kDLCUDAManaged);
        using var borrowed = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu));

        borrowed.Elements<int>().Should().Equal(5);
        _runtime.Calls.Should().Equal("cudamanaged:0: " + HostWaits);
    }

    [Fact]
    public void A_consumer_that_wants_no_synchronization_gets_none_in_its_copy_either()
    {
        int value = 5;
        using DlPackObject dl = Pending(&value, DLDeviceType.kDLCUDA);

        dl.Dlpack(stream: -1, copy: true).Dispose();

        _runtime.Calls.Should().Contain("copy from cuda:0 to cuda:0 on none after 77", "-1 is no stream to copy on");
    }

    [Fact]
    public void Text_does_not_wait()
    {
        int value = 5;
        using DlPackObject dl = Pending(&value, DLDeviceType.kDLCUDAHost);

        dl.ToString().Should().Be("int32[1] on cudahost:0");
        _runtime.Calls.Should().BeEmpty();
    }

    [Fact]
    public void Main_memory_has_nothing_pending()
    {
        int value = 5;
        using DlPackObject dl = Pending(&value, DLDeviceType.kDLCPU);

        dl.Dlpack().Dispose();
        dl.ToArray<int>().Should().Equal(5);
    }

    private static DlPackObject Pending(int* value, DLDeviceType type) =>
        DlPack.AsDlPack(value, DLDataType.Int32, [1], device: new DLDevice(type), owner: new WorkedOn());

    private sealed class WorkedOn : DlPackOwner
    {
        protected internal override long? ProducerStream => 77;

        protected override void Release()
        {
        }
    }
}
