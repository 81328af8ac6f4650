using System.Reflection;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Interop;

public sealed class AbiLayoutTests
{
    /// <summary>The layout of dlpack.h 1.3 on 64-bit, in bytes.</summary>
    private static readonly Dictionary<string, long> Documented = new()
    {
        ["DLPackVersion"] = 8,
        ["DLPackVersion.major"] = 0,
        ["DLPackVersion.minor"] = 4,
        ["DLDevice"] = 8,
        ["DLDevice.device_type"] = 0,
        ["DLDevice.device_id"] = 4,
        ["DLDataType"] = 4,
        ["DLDataType.code"] = 0,
        ["DLDataType.bits"] = 1,
        ["DLDataType.lanes"] = 2,
        ["DLTensor"] = 48,
        ["DLTensor.data"] = 0,
        ["DLTensor.device"] = 8,
        ["DLTensor.ndim"] = 16,
        ["DLTensor.dtype"] = 20,
        ["DLTensor.shape"] = 24,
        ["DLTensor.strides"] = 32,
        ["DLTensor.byte_offset"] = 40,
        ["DLManagedTensor"] = 64,
        ["DLManagedTensor.dl_tensor"] = 0,
        ["DLManagedTensor.manager_ctx"] = 48,
        ["DLManagedTensor.deleter"] = 56,
        ["DLManagedTensorVersioned"] = 80,
        ["DLManagedTensorVersioned.version"] = 0,
        ["DLManagedTensorVersioned.manager_ctx"] = 8,
        ["DLManagedTensorVersioned.deleter"] = 16,
        ["DLManagedTensorVersioned.flags"] = 24,
        ["DLManagedTensorVersioned.dl_tensor"] = 32,
        ["DLPackExchangeAPIHeader"] = 16,
        ["DLPackExchangeAPIHeader.version"] = 0,
        ["DLPackExchangeAPIHeader.prev_api"] = 8,
        ["DLPackExchangeAPI"] = 56,
        ["DLPackExchangeAPI.header"] = 0,
        ["DLPackExchangeAPI.managed_tensor_allocator"] = 16,
        ["DLPackExchangeAPI.managed_tensor_from_py_object_no_sync"] = 24,
        ["DLPackExchangeAPI.managed_tensor_to_py_object_no_sync"] = 32,
        ["DLPackExchangeAPI.dltensor_from_py_object_no_sync"] = 40,
        ["DLPackExchangeAPI.current_work_stream"] = 48,
    };

    [Fact]
    public void Sizes_and_offsets_are_those_of_the_header()
    {
        Requires.Process64Bit();

        ManagedAbi.Layout().Should().BeEquivalentTo(Documented);
    }

    [Fact]
    public void Sizes_and_offsets_are_those_that_the_C_compiler_gives() =>
        ManagedAbi.Layout().Should().BeEquivalentTo(NativeAbi.Structs());

    [Fact]
    public void No_field_of_an_ABI_struct_is_left_out_of_these_checks()
    {
        IEnumerable<string> declared = typeof(DLTensor).Assembly.GetTypes()
            .Where(type => type is { IsValueType: true, IsEnum: false, Namespace: "DlPackNet.Interop" })
            .SelectMany(type => type
                .GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
                .Select(field => $"{type.Name}.{field.Name.TrimStart('_')}")
                .Prepend(type.Name));

        Documented.Keys.Should().BeEquivalentTo(declared);
    }
}
