using System.Numerics;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>What a consumer is told besides the elements: copied, padded, which device.</summary>
public sealed unsafe class FlagRulesTests : LeakChecked
{
    private static readonly DLPackVersion Legacy = new(0, 8);

    [Fact]
    public void Every_fresh_copy_is_told_of()
    {
        using DlPackObject dl = DlPack.AsDlPack(new int[3]);
        using var first = new Borrowed(dl.Dlpack(copy: true));
        using var second = new Borrowed(dl.Dlpack(copy: true));

        first.Flags.Should().Be(DLPackFlags.IsCopied);
        second.Flags.Should().Be(DLPackFlags.IsCopied);
        second.Data.Should().NotBe(first.Data);
    }

    [Fact]
    public void A_copy_of_pinned_memory_is_pinned_memory_or_nothing()
    {
        int value = 5;
        var pinned = new DLDevice(DLDeviceType.kDLROCMHost);
        using DlPackObject dl = DlPack.AsDlPack(&value, DLDataType.Int32, [1], device: pinned);

        ((Action)(() => dl.Dlpack(copy: true))).Should().Throw<DlPackException>().WithMessage("*adapter*");
        using var onCpu = new Borrowed(dl.Dlpack(dlDevice: DLDevice.Cpu, copy: true));
        onCpu.Tensor->device.Should().Be(DLDevice.Cpu);
        onCpu.Elements<int>().Should().Equal(5);
    }

    [Fact]
    public void Padded_elements_do_not_go_to_a_consumer_that_would_read_them_as_packed()
    {
        byte* bytes = stackalloc byte[] { 1, 2, 3, 4 };
        using DlPackObject dl = DlPack.AsDlPack(
            bytes, DLDataType.Float4E2M1FN, [4], flags: DLPackFlags.IsSubByteTypePadded);

        ((Action)(() => dl.Dlpack(maxVersion: Legacy))).Should().Throw<DlPackException>()
            .WithMessage("*a byte each*legacy*version 1*");
        using var versioned = new Borrowed(dl.Dlpack());
        versioned.Flags.Should().Be(DLPackFlags.IsSubByteTypePadded);
    }

    [Fact]
    public void Padding_means_nothing_for_elements_of_whole_bytes()
    {
        float value = 5;
        using DlPackObject dl = DlPack.AsDlPack(
            &value, DLDataType.Float32, [1, 1], flags: DLPackFlags.IsSubByteTypePadded);

        dl.IsSubBytePadded.Should().BeFalse();
        dl.ToArray2D<float>()[0, 0].Should().Be(5);
    }

    [Fact]
    public void A_repeated_element_goes_straight_to_a_legacy_consumer_as_a_copy_too()
    {
        float[] array = [7];
        using var borrowed = new Borrowed((nint)DlPack.ExportLegacy(array, [3], [0]), isVersioned: false);

        borrowed.At<float>(0) = 1;

        array.Should().Equal(7);
        borrowed.Elements<float>().Should().Equal(1, 7, 7);
    }

    [Fact]
    public void No_elements_can_be_seen_as_any_struct_of_their_kind()
    {
        using DlPackObject dl = DlPack.AsDlPack(new float[0, 3]);
        using DlPackObject other = DlPack.AsDlPack(new float[5, 0]);

        dl.AsSpan<Vector3>().Length.Should().Be(0);
        other.AsSpan<Vector3>().Length.Should().Be(0);
    }

    [Fact]
    public void No_device_is_no_device() =>
        ((Action)(() => DlPack.AsDlPack((nint)0x1000, DLDataType.Int32, [1], device: default(DLDevice))))
            .Should().Throw<ArgumentException>().WithMessage("*kind is 0*DLDevice.Cpu*").WithParameterName("device");
}
