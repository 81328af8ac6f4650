using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Facade;

/// <summary>Memory that is known by its address only.</summary>
public sealed unsafe class PointerTests : LeakChecked
{
    [Fact]
    public void An_address_with_dtype_and_shape_is_a_tensor()
    {
        float* memory = stackalloc float[6] { 0, 1, 2, 3, 4, 5 };
        using DlPackObject byPointer = DlPack.AsDlPack(memory, DLDataType.Float32, [2, 3]);
        using DlPackObject byAddress = DlPack.AsDlPack((nint)(memory + 5), DLDataType.Float32, [3, 2], [-2, -1]);
        using var borrowed = new Borrowed(byAddress);

        byPointer.Data.Should().Be((nint)memory);
        byPointer.AsSpan<float>()[4] = 40;
        memory[4].Should().Be(40);
        byPointer.IsReadOnly.Should().BeFalse();
        borrowed.Elements<float>().Should().Equal(5, 40, 3, 2, 1, 0);
        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void The_flags_reach_the_consumer()
    {
        int value = 3;
        using DlPackObject dl = DlPack.AsDlPack(
            &value, DLDataType.Int32, [1], flags: DLPackFlags.ReadOnly | DLPackFlags.IsCopied | (DLPackFlags)64);
        using var borrowed = new Borrowed(dl);

        borrowed.Flags.Should().Be(DLPackFlags.ReadOnly | DLPackFlags.IsCopied, "unknown flags are not passed on");
        ((Action)(() => dl.AsSpan<int>())).Should().Throw<DlPackException>();
    }

    [Fact]
    public void A_byte_offset_is_added_where_memory_has_addresses()
    {
        int* memory = stackalloc int[3] { 1, 2, 3 };
        using DlPackObject host = DlPack.AsDlPack(memory, DLDataType.Int32, [2], byteOffset: 4);
        using DlPackObject gpu = DlPack.AsDlPack(
            (nint)0x1000, DLDataType.Int32, [2], device: DLDevice.Cuda(1), byteOffset: 16);

        host.ByteOffset.Should().Be(0);
        host.AsSpan<int>().ToArray().Should().Equal(2, 3);
        gpu.Data.Should().Be(0x1010);
        gpu.ByteOffset.Should().Be(0);
        gpu.Device.Should().Be(DLDevice.Cuda(1));
    }

    [Theory]
    [InlineData(DLDeviceType.kDLMetal)]
    [InlineData(DLDeviceType.kDLOpenCL)]
    [InlineData(DLDeviceType.kDLVulkan)]
    [InlineData((DLDeviceType)77)]
    public void A_handle_is_kept_apart_from_its_byte_offset(DLDeviceType type)
    {
        var device = new DLDevice(type, 2);
        using DlPackObject dl = DlPack.AsDlPack((nint)0x1234, DLDataType.Float32, [4], device: device, byteOffset: 8);
        using DlPackObject view = DlPack.AsDlPack(dl, [2], offset: 1);
        DLManagedTensorVersioned* tensor = DlPack.Export(view);

        dl.Data.Should().Be(0x1234);
        dl.ByteOffset.Should().Be(8);
        ((nint)tensor->dl_tensor.data).Should().Be(0x1234);
        tensor->dl_tensor.byte_offset.Should().Be(12);
        tensor->dl_tensor.device.Should().Be(device);
        tensor->deleter(tensor);
    }

    [Fact]
    public void An_address_of_zero_is_only_for_tensors_without_elements()
    {
        using DlPackObject empty = DlPack.AsDlPack((nint)0, DLDataType.Float32, [3, 0]);
        using DlPackObject other = DlPack.AsDlPack((nint)0x10, DLDataType.Float32, [0]);

        empty.Data.Should().Be(0);
        other.Data.Should().Be(0, "there is nothing to point to");
        ((Action)(() => DlPack.AsDlPack((nint)0, DLDataType.Float32, [1])))
            .Should().Throw<ArgumentException>().WithMessage("*address is 0*[1]*1 elements*");
        ((Action)(() => DlPack.AsDlPack(null, DLDataType.Float32, []))).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Layouts_that_cannot_be_addressed_are_refused()
    {
        var released = new List<int>();
        foreach (Action<DlPackOwner> bad in new Action<DlPackOwner>[]
        {
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float32, [1L << 62], owner: owner),
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float64, [1L << 31, 1L << 31], owner: owner),
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float32, [2], [long.MaxValue], owner: owner),
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float32, [3, 3], [long.MinValue / 4, 1], owner: owner),
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float32, [2], byteOffset: ulong.MaxValue, owner: owner),
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float32, [1L << 62], [0], owner: owner),
            owner => DlPack.AsDlPack((nint)8, DLDataType.Float32, [-2], owner: owner),
            owner => DlPack.AsDlPack((nint)8, default, [2], owner: owner),
            owner => DlPack.AsDlPack((nint)8, new DLDataType(DLDataTypeCode.kDLFloat, 7), [2], owner: owner),
            owner => DlPack.AsDlPack((nint)8, new DLDataType(DLDataTypeCode.kDLInt, 8, lanes: 0), [2], owner: owner),
        })
        {
            DlPackOwner owner = DlPackOwner.FromCallback(() => released.Add(1));
            ((Action)(() => bad(owner))).Should().Throw<ArgumentException>();
            released.Should().BeEmpty("the owner is still the caller's");

            // And the owner is as good as new.
            DlPack.AsDlPack((nint)8, DLDataType.Float32, [2], owner: owner).Dispose();
            released.Should().HaveCount(1);
            released.Clear();
        }
    }

    [Fact]
    public void Memory_that_the_caller_keeps_needs_no_owner()
    {
        void* memory = NativeMemory.AllocZeroed(16);
        using (DlPackObject dl = DlPack.AsDlPack(memory, DLDataType.Int64, shape: [2], strides: [1], DLDevice.Cpu))
        {
            dl.AsSpan<long>()[1] = 5;
        }

        ((long*)memory)[1].Should().Be(5);
        NativeMemory.Free(memory);
    }
}
