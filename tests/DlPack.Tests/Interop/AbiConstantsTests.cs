using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Interop;

public sealed class AbiConstantsTests
{
    private static readonly Dictionary<string, long> DeviceTypes = new()
    {
        ["kDLCPU"] = 1,
        ["kDLCUDA"] = 2,
        ["kDLCUDAHost"] = 3,
        ["kDLOpenCL"] = 4,
        ["kDLVulkan"] = 7,
        ["kDLMetal"] = 8,
        ["kDLVPI"] = 9,
        ["kDLROCM"] = 10,
        ["kDLROCMHost"] = 11,
        ["kDLExtDev"] = 12,
        ["kDLCUDAManaged"] = 13,
        ["kDLOneAPI"] = 14,
        ["kDLWebGPU"] = 15,
        ["kDLHexagon"] = 16,
        ["kDLMAIA"] = 17,
        ["kDLTrn"] = 18,
        ["kDLTPU"] = 19,
        ["kDLTPUHost"] = 20,
        ["kDLAscend"] = 21,
    };

    private static readonly Dictionary<string, long> TypeCodes = new()
    {
        ["kDLInt"] = 0,
        ["kDLUInt"] = 1,
        ["kDLFloat"] = 2,
        ["kDLOpaqueHandle"] = 3,
        ["kDLBfloat"] = 4,
        ["kDLComplex"] = 5,
        ["kDLBool"] = 6,
        ["kDLFloat8_e3m4"] = 7,
        ["kDLFloat8_e4m3"] = 8,
        ["kDLFloat8_e4m3b11fnuz"] = 9,
        ["kDLFloat8_e4m3fn"] = 10,
        ["kDLFloat8_e4m3fnuz"] = 11,
        ["kDLFloat8_e5m2"] = 12,
        ["kDLFloat8_e5m2fnuz"] = 13,
        ["kDLFloat8_e8m0fnu"] = 14,
        ["kDLFloat6_e2m3fn"] = 15,
        ["kDLFloat6_e3m2fn"] = 16,
        ["kDLFloat4_e2m1fn"] = 17,
        ["kDLBcomplex"] = 18,
    };

    private static readonly Dictionary<string, long> Flags = new()
    {
        ["DLPACK_FLAG_BITMASK_READ_ONLY"] = 1,
        ["DLPACK_FLAG_BITMASK_IS_COPIED"] = 2,
        ["DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED"] = 4,
    };

    [Fact]
    public void Device_types_have_the_values_of_the_header() =>
        Values<DLDeviceType>().Should().BeEquivalentTo(DeviceTypes);

    [Fact]
    public void Type_codes_have_the_values_of_the_header() =>
        Values<DLDataTypeCode>().Should().BeEquivalentTo(TypeCodes);

    [Fact]
    public void Flags_have_the_values_of_the_header() =>
        ManagedFlags().Should().BeEquivalentTo(Flags);

    [Fact]
    public void Enumerations_are_as_wide_as_the_fields_that_hold_them()
    {
        Enum.GetUnderlyingType(typeof(DLDeviceType)).Should().Be<int>();
        Enum.GetUnderlyingType(typeof(DLDataTypeCode)).Should().Be<byte>();
        Enum.GetUnderlyingType(typeof(DLPackFlags)).Should().Be<ulong>();
    }

    [Fact]
    public void The_current_version_is_1_3() => DLPackVersion.Current.Should().Be(new DLPackVersion(1, 3));

    [Fact]
    public void Constants_are_those_that_the_C_compiler_gives()
    {
        var managed = Values<DLDeviceType>().Concat(Values<DLDataTypeCode>()).Concat(ManagedFlags())
            .Append(new("DLPACK_MAJOR_VERSION", DLPackVersion.Current.major))
            .Append(new("DLPACK_MINOR_VERSION", DLPackVersion.Current.minor));

        managed.Should().BeEquivalentTo(NativeAbi.Constants());
    }

    private static Dictionary<string, long> Values<TEnum>()
        where TEnum : struct, Enum => Enum.GetValues<TEnum>()
            .ToDictionary(value => value.ToString(), value => Convert.ToInt64(value, null));

    private static Dictionary<string, long> ManagedFlags() => new()
    {
        ["DLPACK_FLAG_BITMASK_READ_ONLY"] = (long)DLPackFlags.ReadOnly,
        ["DLPACK_FLAG_BITMASK_IS_COPIED"] = (long)DLPackFlags.IsCopied,
        ["DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED"] = (long)DLPackFlags.IsSubByteTypePadded,
    };
}
