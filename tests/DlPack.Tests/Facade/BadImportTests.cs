using DlPackNet.Interop;
using DlPackNet.Tests.Native;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Tensors that no consumer may accept, and that the peer in C does not make by itself.</summary>
public sealed unsafe class BadImportTests : LeakChecked
{
    [Fact]
    public void A_null_capsule_is_refused() =>
        ((Action)(() => DlPack.FromDlpack((DlPackCapsule)null!))).Should().Throw<ArgumentNullException>();

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
