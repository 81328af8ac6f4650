using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Native;

/// <summary>The peer judges the library, so it is judged first, against tensors put together by hand.</summary>
public sealed unsafe class NativePeerTests
{
    public static TheoryData<DLDataType> ReadableTypes =>
    [
        DLDataType.Int8, DLDataType.Int16, DLDataType.Int32, DLDataType.Int64,
        DLDataType.UInt8, DLDataType.UInt16, DLDataType.UInt32, DLDataType.UInt64,
        DLDataType.Float16, DLDataType.BFloat16, DLDataType.Float32, DLDataType.Float64,
    ];

    [Fact]
    public void A_well_made_tensor_gives_no_cause_for_complaint()
    {
        float* data = stackalloc float[6];
        DLManagedTensorVersioned* versioned = HandMadeTensor.Versioned(data, DLDataType.Float32, 2, 3);
        DLManagedTensor* legacy = HandMadeTensor.Legacy(data, DLDataType.Float32);

        NativePeer.Complaint(versioned).Should().BeNull();
        NativePeer.Complaint(legacy).Should().BeNull();

        NativePeer.Delete(versioned);
        NativePeer.Delete(legacy);
    }

    [Fact]
    public void Each_careless_field_is_complained_about()
    {
        float* data = stackalloc float[7];
        DLManagedTensorVersioned* tensor = HandMadeTensor.Versioned(data, DLDataType.Float32, 2, 3);
        DLManagedTensorVersioned good = *tensor;
        DLTensor* inner = &tensor->dl_tensor;

        string? Complain()
        {
            string? complaint = NativePeer.Complaint(tensor);
            *tensor = good;
            return complaint;
        }

        tensor->version.major = 2;
        Complain().Should().Contain("major");
        tensor->deleter = null;
        Complain().Should().Contain("deleter");
        tensor->flags = (DLPackFlags)8;
        Complain().Should().Contain("flags");
        inner->device = new DLDevice((DLDeviceType)99);
        Complain().Should().Contain("device_type");
        inner->device = new DLDevice(DLDeviceType.kDLCPU, 1);
        Complain().Should().Contain("device_id");
        inner->ndim = -1;
        Complain().Should().Contain("ndim");
        inner->ndim = 0;
        Complain().Should().Contain("ndim is 0");
        inner->shape = null;
        Complain().Should().Contain("shape");
        inner->strides = null;
        Complain().Should().Contain("strides");
        inner->dtype.bits = 0;
        Complain().Should().Contain("bits");
        inner->dtype.lanes = 0;
        Complain().Should().Contain("lanes");
        inner->data = null;
        Complain().Should().Contain("data");
        inner->data = (byte*)data + 1;
        Complain().Should().Contain("aligned");
        inner->byte_offset = 4;
        Complain().Should().Contain("byte_offset");
        Complain().Should().BeNull();

        NativePeer.Delete(tensor);
    }

    [Fact]
    public void Data_of_an_empty_tensor_is_complained_about()
    {
        byte data;
        DLManagedTensorVersioned* tensor = HandMadeTensor.Versioned(&data, DLDataType.UInt8, 0);

        NativePeer.Complaint(tensor).Should().Contain("no elements");

        NativePeer.Delete(tensor);
    }

    [Theory]
    [MemberData(nameof(ReadableTypes))]
    public void Elements_are_written_and_read_over_any_strides(DLDataType dtype)
    {
        DLManagedTensorVersioned* tensor = NativePeer.Versioned(
            new PeerTensor { Shape = [2, 3], Strides = [-1, 4], DType = dtype, ByteOffset = 16 });
        DLTensor* inner = &tensor->dl_tensor;

        NativePeer.Count(inner).Should().Be(6);
        Enumerable.Range(0, 6).Select(i => NativePeer.Read(inner, i)).Should().Equal(0, 1, 2, 3, 4, 5);
        NativePeer.Sum(inner).Should().Be(15);

        NativePeer.Write(inner, 4, 100);
        NativePeer.Sum(inner).Should().Be(111);

        NativePeer.Delete(tensor);
    }

    [Fact]
    public void Reading_starts_at_the_byte_offset()
    {
        short[] array = [10, 11, 12, 13, 14];
        fixed (short* data = array)
        {
            DLManagedTensor* tensor = HandMadeTensor.Legacy(data, DLDataType.Int16, 3);
            tensor->dl_tensor.byte_offset = 4;

            NativePeer.Sum(&tensor->dl_tensor).Should().Be(12 + 13 + 14);
            NativePeer.Write(&tensor->dl_tensor, 2, -1);
            array[4].Should().Be(-1);

            NativePeer.Delete(tensor);
        }
    }

    [Fact]
    public void Halves_are_read_and_written_as_dotnet_has_them()
    {
        Half[] array = [(Half)1.5, Half.MaxValue, Half.Epsilon, (Half)(-0.25), Half.NegativeInfinity];
        fixed (Half* data = array)
        {
            DLManagedTensor* tensor = HandMadeTensor.Legacy(data, DLDataType.Float16, array.Length);
            DLTensor* inner = &tensor->dl_tensor;

            for (int i = 0; i < array.Length; i++)
            {
                NativePeer.Read(inner, i).Should().Be((double)array[i]);
            }
            NativePeer.Write(inner, 1, -1234);
            array[1].Should().Be((Half)(-1234));

            NativePeer.Delete(tensor);
        }
    }
}
