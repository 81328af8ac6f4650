using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Which stream numbers each kind of device takes, and who waits for whom.</summary>
public sealed unsafe class StreamTests : LeakChecked
{
    private const DLDeviceType Cuda = DLDeviceType.kDLCUDA;
    private const DLDeviceType Rocm = DLDeviceType.kDLROCM;

    private readonly RecordingRuntime _runtime = new();

    public StreamTests() =>
        AtEnd(_runtime.Serve(
        Cuda, Rocm, DLDeviceType.kDLCUDAManaged, DLDeviceType.kDLCUDAHost, DLDeviceType.kDLROCMHost));

    [Fact]
    public void Main_memory_has_no_streams()
    {
        int value = 1;
        using DlPackObject dl = DlPack.AsDlPack(&value, DLDataType.Int32, [1], device: DLDevice.Cpu);
        foreach (long stream in new long[] { -1, 0, 1, 2, 12345 })
        {
            ((Action)(() => dl.Dlpack(stream))).Should().Throw<ArgumentException>()
                .WithMessage($"*no streams*{stream}*null*").WithParameterName("stream");
        }

        dl.Dlpack(stream: null).Dispose();
    }

    [Theory]
    [InlineData(Cuda, null, 1)]
    [InlineData(Cuda, 1, 1)]
    [InlineData(Cuda, 2, 2)]
    [InlineData(Cuda, 0x7F00AA, 0x7F00AA)]
    [InlineData(DLDeviceType.kDLCUDAManaged, null, 1)]
    [InlineData(DLDeviceType.kDLCUDAManaged, 2, 2)]
    [InlineData(Rocm, null, 0)]
    [InlineData(Rocm, 0, 0)]
    [InlineData(Rocm, 3, 3)]
    [InlineData(DLDeviceType.kDLCUDAHost, 1, 1)]
    [InlineData(DLDeviceType.kDLCUDAHost, 2, 2)]
    [InlineData(DLDeviceType.kDLCUDAHost, 0x7F00AA, 0x7F00AA)]
    [InlineData(DLDeviceType.kDLROCMHost, 0, 0)]
    [InlineData(DLDeviceType.kDLROCMHost, 3, 3)]
    public void The_consumers_stream_waits_for_the_producers(DLDeviceType type, int? stream, int meant)
    {
        using DlPackObject dl = OnDevice(type, producerStream: 77);

        using var borrowed = new Borrowed(dl.Dlpack(stream));

        _runtime.Calls.Should().Equal($"{new DLDevice(type, 1)}: {meant} waits for 77");
        borrowed.Data.Should().Be(dl.Data);
        borrowed.Flags.Should().Be(DLPackFlags.None);
    }

    [Theory]
    [InlineData(Cuda)]
    [InlineData(DLDeviceType.kDLCUDAManaged)]
    [InlineData(DLDeviceType.kDLCUDAHost)]
    public void A_producers_per_thread_stream_is_waited_for_by_the_one_that_comes_after_those_of_all_threads(
        DLDeviceType type)
    {
        using DlPackObject dl = OnDevice(type, producerStream: 2);

        dl.Dlpack(stream: 2).Dispose();
        dl.Dlpack(stream: 1).Dispose();

        _runtime.Calls.Should().Equal($"{new DLDevice(type, 1)}: 2 waits for 1");
    }

    [Theory]
    [InlineData(Cuda, 0, "*0 is no CUDA stream*0 is forbidden*")]
    [InlineData(Cuda, -2, "*-2 is no CUDA stream*")]
    [InlineData(DLDeviceType.kDLCUDAManaged, 0, "*0 is no CUDA stream*")]
    [InlineData(DLDeviceType.kDLCUDAHost, 0, "*0 is no CUDA stream*")]
    [InlineData(DLDeviceType.kDLCUDAHost, -2, "*-2 is no CUDA stream*")]
    [InlineData(DLDeviceType.kDLROCMHost, 1, "*1 is no ROCm stream*")]
    [InlineData(Rocm, 1, "*1 is no ROCm stream*forbidden*")]
    [InlineData(Rocm, 2, "*2 is no ROCm stream*")]
    [InlineData(Rocm, -2, "*-2 is no ROCm stream*")]
    public void Forbidden_numbers_are_refused(DLDeviceType type, int stream, string message)
    {
        using DlPackObject dl = OnDevice(type, producerStream: 77);

        ((Action)(() => dl.Dlpack(stream))).Should().Throw<ArgumentException>().WithMessage(message);
        ((Action)(() => dl.Dlpack(stream, copy: true))).Should().Throw<ArgumentException>();
        _runtime.Calls.Should().BeEmpty();
    }

    [Theory]
    [InlineData(Cuda, 77, -1)]
    [InlineData(Rocm, 77, -1)]
    [InlineData(Cuda, 77, 77)]
    [InlineData(Cuda, 1, null)]
    [InlineData(Cuda, null, 5)]
    [InlineData(DLDeviceType.kDLOneAPI, null, 5)]
    [InlineData(DLDeviceType.kDLCUDAHost, 77, -1)]
    [InlineData(DLDeviceType.kDLCUDAHost, 77, 77)]
    [InlineData(DLDeviceType.kDLCUDAHost, null, 5)]
    public void Nobody_waits_where_there_is_nothing_to_wait_for(DLDeviceType type, int? producer, int? consumer)
    {
        using DlPackObject dl = OnDevice(type, producer);

        dl.Dlpack(consumer).Dispose();

        _runtime.Calls.Should().BeEmpty();
    }

    [Fact]
    public void Without_an_adapter_the_exchange_says_what_is_missing()
    {
        using DlPackObject dl = OnDevice(DLDeviceType.kDLOneAPI, producerStream: 77);

        ((Action)(() => dl.Dlpack(5))).Should().Throw<DlPackException>()
            .WithMessage("*order the consumer's stream*adapter for oneapi:1*none is registered*DlPackDeviceRuntime*");
        dl.Dlpack(-1).Dispose();
    }

    [Fact]
    public void Data_on_a_gpu_is_copied_for_the_cpu_by_the_adapter()
    {
        using DlPackObject dl = OnDevice(Cuda, producerStream: 77);
        using var borrowed = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu));
        using DlPackObject copy = dl.Copy();

        _runtime.Calls.Should().Equal(
            "copy from cuda:1 to cpu:0 on none after 77", "copy from cuda:1 to cpu:0 on none after 77");
        borrowed.Tensor->device.Should().Be(DLDevice.Cpu);
        borrowed.Flags.Should().Be(DLPackFlags.IsCopied);
        borrowed.Elements<int>().Should().Equal(1, 2, 3);
        copy.ToArray<int>().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void A_copy_on_the_device_is_made_by_the_adapter_and_flagged()
    {
        using DlPackObject dl = OnDevice(Cuda, producerStream: 77);
        using var versioned = new Borrowed(dl.Dlpack(stream: 5, copy: true));
        using var legacy = new Borrowed(dl.Dlpack(stream: 5, maxVersion: new DLPackVersion(0, 8), copy: true));

        _runtime.Calls.Take(2).Should().Equal("allocate on cuda:1", "copy from cuda:1 to cuda:1 on 5 after 77");
        versioned.Tensor->device.Should().Be(DLDevice.Cuda(1));
        versioned.Flags.Should().Be(DLPackFlags.IsCopied);
        versioned.Elements<int>().Should().Equal(1, 2, 3);
        versioned.Data.Should().NotBe(dl.Data);
        legacy.Elements<int>().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void Main_memory_that_a_device_works_on_is_waited_for_before_anybody_reads()
    {
        using DlPackObject dl = OnDevice(DLDeviceType.kDLCUDAHost, producerStream: 77);
        Action[] reads =
        [
            () => dl.AsSpan<int>(),
            () => dl.AsReadOnlySpan<int>(),
            () => dl.ToArray<int>().Should().Equal(1, 2, 3),
            () => dl.CopyTo(new int[3].AsSpan()),
            () => dl.Dlpack().Dispose(),
            () => dl.Dlpack(dlDevice: DLDevice.Cpu).Dispose(),
            () => dl.Dlpack(stream: 5, dlDevice: DLDevice.Cpu).Dispose(),
        ];
        foreach (Action read in reads)
        {
            _runtime.Calls.Clear();
            read();
            _runtime.Calls.Should().NotBeEmpty().And.AllBe("cudahost:1: the host waits for 77");
        }

        _runtime.Calls.Clear();
        dl.ToString().Should().NotContain("[1 2 3]", "looking at a tensor waits for nobody");
        _runtime.Calls.Should().BeEmpty();
    }

    [Theory]
    [InlineData(DLDeviceType.kDLCUDAHost)]
    [InlineData(DLDeviceType.kDLCUDAManaged)]
    public void A_copy_that_its_adapter_makes_elsewhere_is_not_lent_as_if_it_were_there(DLDeviceType type)
    {
        _runtime.Elsewhere = DLDevice.Cuda(1);
        using DlPackObject dl = OnDevice(type, producerStream: null);

        ((Action)(() => dl.Dlpack(copy: true))).Should().Throw<DlPackException>().WithMessage("*adapter*cuda:1*CPU*");
        using var borrowed = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu, copy: true));
        borrowed.Elements<int>().Should().Equal(1, 2, 3);
    }

    [Fact]
    public void A_copy_that_fails_leaves_nothing_behind()
    {
        using DlPackObject dl = OnDevice(Cuda, producerStream: null);
        LiveCounts before = Live;
        _runtime.CopyFailure = new TimeoutException("device lost");

        ((Action)(() => dl.Dlpack(copy: true))).Should().Throw<TimeoutException>();
        ((Action)(() => dl.Dlpack(dlDevice: DLDevice.Cpu))).Should().Throw<TimeoutException>();
        Live.Should().Be(before);
    }

    [Fact]
    public void Only_devices_have_runtimes()
    {
        ((Action)(() => DlPackDeviceRuntime.Register(DLDeviceType.kDLCPU, _runtime)))
            .Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => DlPackDeviceRuntime.Register(Cuda, null!))).Should().Throw<ArgumentNullException>();
        DlPackDeviceRuntime.TryGet(Cuda, out DlPackDeviceRuntime? found).Should().BeTrue();
        found.Should().BeSameAs(_runtime);
        DlPackDeviceRuntime.TryGet(DLDeviceType.kDLCPU, out _).Should().BeFalse();
    }

    [Fact]
    public void A_stream_of_another_device_than_the_tensors_is_waited_for_there_by_the_calling_thread()
    {
        using DlPackObject dl = OnDevice(DLDeviceType.kDLCUDAHost, producerStream: 77, DLDevice.Cuda(3));

        dl.ToArray<int>();
        dl.Dlpack().Dispose();
        dl.Dlpack(stream: 5).Dispose();
        dl.Dlpack(stream: 77).Dispose();
        dl.Dlpack(stream: -1).Dispose();

        _runtime.Calls.Distinct().Should().Equal("cuda:3: the host waits for 77");
        _runtime.Calls.Should().HaveCountGreaterThanOrEqualTo(4);

        using DlPackObject onGpu = OnDevice(Cuda, producerStream: 77, DLDevice.Cuda(3));
        _runtime.Calls.Clear();
        onGpu.Copy().Dispose();
        _runtime.Calls.Should().Equal("cuda:3: the host waits for 77", "copy from cuda:1 to cpu:0 on none after 77");
    }

    private static DlPackObject OnDevice(DLDeviceType type, long? producerStream, DLDevice? streamDevice = null)
    {
        DlPackObject host = DlPack.Allocate<int>([3]);
        ((int[])[1, 2, 3]).CopyTo(host.AsSpan<int>());
        return DlPack.AsDlPack(
            host.Data,
            DLDataType.Int32,
            [3],
            device: new DLDevice(type, 1),
            owner: new StreamOwner(host, producerStream, streamDevice));
    }

    private sealed class StreamOwner(DlPackObject host, long? stream, DLDevice? device) : DlPackOwner
    {
        protected internal override DLDevice? StreamDevice => device;

        protected internal override long? ProducerStream => stream;

        protected override void Release() => host.Dispose();
    }
}
