using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Tensors that no consumer may accept are refused, and their deleter still runs once.</summary>
public sealed unsafe class BadImportTests : LeakChecked
{
    public static TheoryData<PeerFault> Faults => [.. Enum.GetValues<PeerFault>()];

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_faulty_tensor_is_refused_and_released(PeerFault fault)
    {
        long calls = NativePeer.DeleterCalls;

        ((Action)(() => DlPack.FromDlpack(NativePeer.BadVersioned(fault))))
            .Should().Throw<DlPackException>().WithMessage("*has been released*");
        ((Action)(() => DlPack.FromDlpack(NativePeer.BadLegacy(fault)))).Should().Throw<DlPackException>();

        NativePeer.DeleterCalls.Should().Be(calls + 2);
    }

    [Theory]
    [InlineData(PeerFault.NegativeNdim, "*ndim is -1*")]
    [InlineData(PeerFault.HugeNdim, "*ndim is 2147483647*64*")]
    [InlineData(PeerFault.NullShape, "*shape is null*2 dimensions*")]
    [InlineData(PeerFault.NegativeExtent, "*negative extent -3*")]
    [InlineData(PeerFault.NullData, "*address is 0*6 elements*")]
    [InlineData(PeerFault.ZeroBits, "*0 bits*")]
    [InlineData(PeerFault.ZeroLanes, "*0 lanes*")]
    [InlineData(PeerFault.OverflowingExtents, "*more elements than*")]
    [InlineData(PeerFault.OverflowingBytes, "*beyond what can be addressed*")]
    [InlineData(PeerFault.OverflowingStrides, "*beyond 64-bit*")]
    public void The_message_says_what_is_wrong(PeerFault fault, string message)
    {
        Requires.CCompiler();
        ((Action)(() => DlPack.FromDlpack(NativePeer.BadVersioned(fault))))
            .Should().Throw<DlPackException>().WithMessage(message);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(2u)]
    [InlineData(uint.MaxValue)]
    public void Another_major_version_is_only_deleted(uint major)
    {
        long calls = NativePeer.DeleterCalls;
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(new PeerTensor
        {
            Shape = [2, 3],
            Version = new DLPackVersion(major, 0),
            PoisonsAfterFlags = true,
        });

        ((Action)(() => DlPack.FromDlpack(tensor)))
            .Should().Throw<DlPackException>().WithMessage($"*version {major}.0*version 1*released*");
        NativePeer.DeleterCalls.Should().Be(calls + 1);
    }

    [Fact]
    public void Another_major_version_without_a_deleter_is_left_alone()
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(new PeerTensor
        {
            Shape = [2],
            Version = new DLPackVersion(2, 0),
            SendsNullDeleter = true,
        });

        ((Action)(() => DlPack.FromDlpack(tensor))).Should().Throw<DlPackException>();
        NativePeer.Discard(tensor);
    }

    [Fact]
    public void Nothing_is_no_tensor()
    {
        ((Action)(() => DlPack.FromDlpack((DlPackCapsule)null!))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.FromDlpack((DLManagedTensor*)null))).Should().Throw<ArgumentNullException>();
        ((Action)(() => DlPack.FromDlpack((DLManagedTensorVersioned*)null))).Should().Throw<ArgumentNullException>();
    }

    [Fact]
    public void A_broadcast_shape_that_counts_too_many_bytes_is_refused()
    {
        long calls = NativePeer.DeleterCalls;
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(
            new PeerTensor { Shape = [1], DType = DLDataType.Int32 });
        tensor->dl_tensor.shape[0] = 1L << 62;
        tensor->dl_tensor.strides[0] = 0;

        ((Action)(() => DlPack.FromDlpack(tensor))).Should().Throw<DlPackException>().WithMessage("*bytes*");
        NativePeer.DeleterCalls.Should().Be(calls + 1);
    }

    [Theory]
    [InlineData(DLDataTypeCode.kDLComplex, 7, 1)]
    [InlineData(DLDataTypeCode.kDLBcomplex, 33, 1)]
    [InlineData(DLDataTypeCode.kDLFloat8_e3m4, 16, 1)]
    [InlineData(DLDataTypeCode.kDLFloat8_e8m0fnu, 4, 2)]
    [InlineData(DLDataTypeCode.kDLFloat6_e2m3fn, 8, 1)]
    [InlineData(DLDataTypeCode.kDLFloat6_e3m2fn, 4, 1)]
    [InlineData(DLDataTypeCode.kDLFloat4_e2m1fn, 8, 1)]
    [InlineData((DLDataTypeCode)255, 0, 1)]
    [InlineData(DLDataTypeCode.kDLUInt, 8, 0)]
    public void A_width_that_contradicts_its_code_is_refused(DLDataTypeCode code, byte bits, ushort lanes)
    {
        long calls = NativePeer.DeleterCalls;
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(new PeerTensor { Shape = [2, 3] });
        tensor->dl_tensor.dtype = new DLDataType(code, bits, lanes);

        ((Action)(() => DlPack.FromDlpack(tensor)))
            .Should().Throw<DlPackException>().WithMessage($"*code {(byte)code} with {bits} bits and {lanes} lanes*");
        NativePeer.DeleterCalls.Should().Be(calls + 1);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    public void A_kind_that_no_device_has_is_refused(int kind)
    {
        long calls = NativePeer.DeleterCalls;
        DLManagedTensor* tensor = NativePeer.Legacy(new PeerTensor { Shape = [2, 3] });
        tensor->dl_tensor.device.device_type = (DLDeviceType)kind;

        ((Action)(() => DlPack.FromDlpack(tensor)))
            .Should().Throw<DlPackException>().WithMessage($"*kind is {kind}, which is no device*");
        ((Action)(() => DlPack.AsDlPack(64, DLDataType.Int8, [1], device: new DLDevice((DLDeviceType)kind))))
            .Should().Throw<ArgumentException>().WithMessage($"*kind is {kind}, which is no device*");
        NativePeer.DeleterCalls.Should().Be(calls + 1);
    }
}
