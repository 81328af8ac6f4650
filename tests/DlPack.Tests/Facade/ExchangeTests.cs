using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>The table of <c>__dlpack__</c>: which version, which device, and when a copy is made.</summary>
public sealed unsafe class ExchangeTests : LeakChecked
{
    [Theory]
    [InlineData(1u, 0u)]
    [InlineData(1u, 3u)]
    [InlineData(1u, 99u)]
    [InlineData(2u, 0u)]
    [InlineData(100u, 3u)]
    public void Whoever_knows_version_1_or_later_gets_ours(uint major, uint minor)
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        using var borrowed = new Borrowed(dl.Dlpack(maxVersion: new DLPackVersion(major, minor)));

        borrowed.IsVersioned.Should().BeTrue();
        borrowed.Version.Should().Be(DLPackVersion.Current);
        DLPackVersion.Current.Should().Be(new DLPackVersion(1, 3));
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(8u)]
    public void Whoever_knows_less_gets_the_legacy_struct(uint minor)
    {
        short[] array = [1, 2, 3];
        using DlPackObject dl = DlPack.AsDlPack(array);
        using var borrowed = new Borrowed(dl.Dlpack(maxVersion: new DLPackVersion(0, minor)));

        borrowed.IsVersioned.Should().BeFalse();
        borrowed.Elements<short>().Should().Equal(1, 2, 3);
        borrowed.At<short>(0) = 10;
        array[0].Should().Be(10);
    }

    [Fact]
    public void No_version_means_the_current_one()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        using DlPackCapsule capsule = dl.Dlpack();

        capsule.IsVersioned.Should().BeTrue();
    }

    [Fact]
    public void A_copy_is_made_only_if_asked_for_or_needed()
    {
        int[] array = [1, 2, 3, 4];
        using DlPackObject dl = DlPack.AsDlPack(array, [2, 2], [1, 2]);
        using var shared = new Borrowed(dl.Dlpack());
        using var never = new Borrowed(dl.Dlpack(copy: false));
        using var always = new Borrowed(dl.Dlpack(copy: true));

        never.Data.Should().Be(shared.Data);
        shared.Flags.Should().Be(DLPackFlags.None);
        always.Data.Should().NotBe(shared.Data);
        array[1] = 20;
        shared.Elements<int>().Should().Equal(1, 3, 20, 4);
        always.Elements<int>().Should().Equal(1, 3, 2, 4);
    }

    [Fact]
    public void A_copy_is_aligned_compact_writable_and_flagged()
    {
        ReadOnlyMemory<int> memory = new[] { 1, 2, 3, 4, 5, 6 };
        using DlPackObject dl = DlPack.AsDlPack(memory, [3, 2], [-1, 3], offset: 2);
        using var copy = new Borrowed(dl.Dlpack(copy: true));

        copy.Flags.Should().Be(DLPackFlags.IsCopied);
        copy.Strides.Should().Equal(2, 1);
        (copy.Data % 256).Should().Be(0);
        copy.Elements<int>().Should().Equal(3, 6, 2, 5, 1, 4);
        Live.Allocations.Should().Be(1);
    }

    [Fact]
    public void Copy_makes_a_tensor_of_its_own()
    {
        using DlPackObject broadcast = DlPack.AsDlPack((float[])[7.5f], [2, 2], [0, 0]);
        using DlPackObject copy = broadcast.Copy();

        copy.IsReadOnly.Should().BeFalse();
        copy.IsCopied.Should().BeTrue();
        copy.AsSpan<float>()[0] = 1;
        copy.ToArray<float>().Should().Equal(1, 7.5f, 7.5f, 7.5f);
        broadcast.ToArray<float>().Should().Equal(7.5f, 7.5f, 7.5f, 7.5f);
    }

    [Fact]
    public void The_tensors_own_device_may_be_asked_for()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        using var borrowed = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu, copy: false));

        borrowed.Data.Should().Be(dl.Data);
    }

    [Theory]
    [InlineData(DLDeviceType.kDLCUDA, 0)]
    [InlineData(DLDeviceType.kDLMetal, 0)]
    [InlineData(DLDeviceType.kDLCPU, 1)]
    public void Another_device_than_the_tensors_or_the_cpu_is_refused(DLDeviceType type, int id)
    {
        var device = new DLDevice(type, id);
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);

        foreach (bool? copy in new bool?[] { null, true, false })
        {
            ((Action)(() => dl.Dlpack(dlDevice: device, copy: copy)))
                .Should().Throw<DlPackException>().WithMessage($"*is on cpu:0*wants it on {device}*dlDevice null*");
        }
    }

    [Theory]
    [InlineData(DLDeviceType.kDLCUDAHost)]
    [InlineData(DLDeviceType.kDLROCMHost)]
    public void Pinned_memory_goes_to_the_cpu_as_it_is(DLDeviceType type)
    {
        int value = 5;
        using DlPackObject dl = DlPack.AsDlPack(&value, DLDataType.Int32, [1], device: new DLDevice(type));
        using var borrowed = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu, copy: false));
        using var own = new Borrowed(dl);

        borrowed.Tensor->device.Should().Be(DLDevice.Cpu);
        borrowed.Data.Should().Be((nint)(&value));
        own.Tensor->device.device_type.Should().Be(type);
    }

    [Fact]
    public void Data_on_a_gpu_without_an_adapter_is_lent_there_and_not_copied()
    {
        using DlPackObject dl = Elsewhere(DLDeviceType.kDLMAIA);
        using var borrowed = new Borrowed(dl.Dlpack());

        borrowed.Data.Should().Be(0x1000);
        ((Action)(() => dl.Dlpack(dlDevice: DLDevice.Cpu, copy: false)))
            .Should().Throw<DlPackException>().WithMessage("*copy is needed*maia:0*CPU*copy is false*");
        ((Action)(() => dl.Dlpack(dlDevice: DLDevice.Cpu)))
            .Should().Throw<DlPackException>().WithMessage("*adapter for maia:0*DlPackDeviceRuntime*register*");
        ((Action)(() => dl.Dlpack(copy: true))).Should().Throw<DlPackException>().WithMessage("*adapter for maia:0*");
        ((Action)(() => dl.Copy())).Should().Throw<DlPackException>().WithMessage("*adapter*");
    }

    [Fact]
    public void Managed_memory_is_copied_for_the_cpu_without_an_adapter()
    {
        int value = 5;
        using DlPackObject dl = DlPack.AsDlPack(
            &value, DLDataType.Int32, [1], device: new DLDevice(DLDeviceType.kDLCUDAManaged));
        using var borrowed = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu));

        borrowed.Flags.Should().Be(DLPackFlags.IsCopied);
        borrowed.Elements<int>().Should().Equal(5);
        borrowed.Data.Should().NotBe((nint)(&value));
    }

    private static DlPackObject Elsewhere(DLDeviceType type) =>
        DlPack.AsDlPack((nint)0x1000, DLDataType.Float32, [2, 2], device: new DLDevice(type));
}
