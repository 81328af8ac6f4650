using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Tests.Facade;
using FluentAssertions;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Xunit;

namespace DlPackNet.AdapterTests;

/// <summary>What only this library has: its values as tensors, and tensors as its values.</summary>
public sealed unsafe class OnnxRuntimeExtrasTests : LeakChecked
{
    [Fact]
    public void What_is_no_tensor_of_numbers_is_refused_and_stays_the_callers()
    {
        using OrtValue strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [2]);
        using OrtValue sequence = OrtValue.CreateSequence([OrtValues.Allocate(TensorElementType.Float, [1])]);
        Action lendStrings = () => strings.AsDlPack();
        Action lendSequence = () => sequence.AsDlPack();
        Action lendNull = () => DlPack.AsDlPack((OrtValue)null!);
        lendStrings.Should().Throw<DlPackException>().WithMessage("*GetStringTensorAsArray*");
        lendSequence.Should().Throw<DlPackException>().WithMessage("*SEQUENCE*GetValue*");
        lendNull.Should().Throw<ArgumentNullException>();
        strings.GetStringElement(0).Should().BeEmpty();
        sequence.GetValueCount().Should().Be(1);
    }

    [Theory]
    [InlineData(OnnxValueType.ONNX_TYPE_MAP, "*MAP*GetValue*")]
    [InlineData(OnnxValueType.ONNX_TYPE_SPARSETENSOR, "*SPARSETENSOR*dense*")]
    [InlineData(OnnxValueType.ONNX_TYPE_OPTIONAL, "*OPTIONAL*put out a tensor*")]
    public void Values_of_other_kinds_are_refused_with_the_way_out(OnnxValueType type, string message)
    {
        using OrtValue value = OrtNative.NewValue(0, type);
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage(message);
    }

    [Fact]
    public void Addresses_on_a_gpu_go_out_with_their_device()
    {
        (nint cuda, DLDevice where) = LendOnDevice("Cuda", 2);
        where.Should().Be(DLDevice.Cuda(2));
        cuda.Should().Be(0x7000);
        LendOnDevice("CudaPinned", 0).Device.device_type.Should().Be(DLDeviceType.kDLCUDAHost);
        LendOnDevice("Hip", 1).Device.Should().Be(new DLDevice(DLDeviceType.kDLROCM, 1));
        Action directMl = () => LendOnDevice("DML", 0);
        directMl.Should().Throw<DlPackException>().WithMessage("*DML*addresses*");

        static (nint Address, DLDevice Device) LendOnDevice(string name, int id)
        {
            using var memory = new OrtMemoryInfo(name, OrtAllocatorType.DeviceAllocator, id, OrtMemType.Default);
            using OrtValue value = OrtValue.CreateTensorValueWithData(memory, TensorElementType.Float, [4], 0x7000, 16);
            using DlPackObject tensor = value.AsDlPack();
            return (tensor.Data, tensor.Device);
        }
    }

    [Fact]
    public void The_members_of_ONNX_Runtime_that_make_this_quick_are_there() =>
        OrtNative.IsAvailable.Should().BeTrue();

    [Fact]
    public void Every_element_type_comes_back_as_it_went_in()
    {
        TensorElementType[] known =
        [
            .. Enum.GetValues<TensorElementType>().Except(
            [
                TensorElementType.String, TensorElementType.Complex64, TensorElementType.Complex128,
                TensorElementType.DataTypeMax,
            ]),
        ];
        known.Should().HaveCount(13);
        foreach (TensorElementType type in known)
        {
            using DlPackObject tensor = OrtValues.Allocate(type, [2, 3]).AsDlPack();
            using OrtValue back = tensor.ToOrtValue();
            back.GetTensorTypeAndShape().ElementDataType.Should().Be(type);
            back.GetTensorSizeInBytes().Should().Be(tensor.ByteLength);
            AddressOf(back).Should().Be(tensor.Data);
        }
    }

    [Fact]
    public void Element_types_without_a_name_in_the_dotnet_library_go_both_ways()
    {
        (DLDataType DType, int Number)[] nameless =
        [
            (DLDataType.Float8E4M3FN, 17), (DLDataType.Float8E4M3FNUZ, 18), (DLDataType.Float8E5M2, 19),
            (DLDataType.Float8E5M2FNUZ, 20), (new(DLDataTypeCode.kDLUInt, 4), 21), (new(DLDataTypeCode.kDLInt, 4), 22),
            (DLDataType.Float4E2M1FN, 23), (new(DLDataTypeCode.kDLUInt, 2), 24), (new(DLDataTypeCode.kDLInt, 2), 25),
            (DLDataType.Float8E8M0FNU, 26),
        ];
        foreach ((DLDataType dtype, int number) in nameless)
        {
            using DlPackObject tensor = DlPack.Allocate(dtype, [3, 5]);
            using OrtValue value = tensor.ToOrtValue();
            value.GetTensorTypeAndShape().ElementDataType.Should().Be((TensorElementType)number);
            value.GetTensorSizeInBytes().Should().Be(tensor.ByteLength);
            using DlPackObject back = value.AsDlPack();
            back.DType.Should().Be(dtype);
            back.Shape.ToArray().Should().Equal(3, 5);
            back.Data.Should().Be(tensor.Data);
        }
    }

    [Fact]
    public void Other_element_types_are_refused()
    {
        Refuse(DLDataType.Complex64);
        Refuse(DLDataType.Complex128);
        Refuse(DLDataType.Float8E3M4);
        Refuse(new DLDataType(DLDataTypeCode.kDLFloat, 32, lanes: 4));
        Refuse(new DLDataType(DLDataTypeCode.kDLInt, 128));
        byte* bytes = stackalloc byte[4];
        using DlPackObject padded = DlPack.AsDlPack(
            bytes, DLDataType.Float4E2M1FN, [4], flags: DLPackFlags.IsSubByteTypePadded);
        Action wrap = () => padded.ToOrtValue();
        wrap.Should().Throw<DlPackException>().WithMessage("*packed*");

        static void Refuse(DLDataType dtype)
        {
            using DlPackObject tensor = DlPack.Allocate(dtype, [4]);
            Action wrap = () => tensor.ToOrtValue();
            wrap.Should().Throw<DlPackException>().WithMessage($"*{dtype}*");
        }
    }

    [Fact]
    public void Strided_tensors_are_refused_and_their_copies_taken()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[12], [2, 3], [6, 2]);
        Action wrap = () => tensor.ToReadOnlyOrtValue();
        wrap.Should().Throw<DlPackException>().WithMessage("*strides*Copy()*");
        using DlPackObject copy = tensor.Copy();
        using OrtValue value = copy.ToOrtValue();
        value.GetTensorTypeAndShape().Shape.Should().Equal(2, 3);
    }

    [Fact]
    public void A_gpu_that_this_build_of_ONNX_Runtime_has_no_provider_for_is_refused()
    {
        using DlPackObject cuda = DlPack.AsDlPack(0x7000, DLDataType.Float32, [4], device: DLDevice.Cuda());
        using DlPackObject metal = DlPack.AsDlPack(
            0x7000, DLDataType.Float32, [4], device: new DLDevice(DLDeviceType.kDLMetal));
        Action wrapCuda = () => cuda.ToOrtValue();
        Action wrapMetal = () => metal.ToOrtValue();
        wrapCuda.Should().Throw<DlPackException>().WithMessage("*cuda*CUDAExecutionProvider*CPUExecutionProvider*");
        wrapMetal.Should().Throw<DlPackException>().WithMessage("*main memory*metal*");
    }

    [Fact]
    public void Streams_are_refused_in_main_memory()
    {
        using DlPackObject tensor = DlPack.Allocate<float>([4]);
        Action wrap = () => tensor.ToOrtValue(stream: 1);
        wrap.Should().Throw<ArgumentException>().WithMessage("*stream*");
    }

    [Theory]
    [InlineData(DLDeviceType.kDLROCMHost)]
    [InlineData(DLDeviceType.kDLCUDAManaged)]
    public void Content_that_a_GPU_still_fills_in_memory_it_shares_is_waited_for(DLDeviceType kind)
    {
        var runtime = new WaitingRuntime();
        DlPackDeviceRuntime.Register(kind, runtime);
        float* memory = stackalloc float[4];
        using DlPackObject tensor = DlPack.AsDlPack(
            memory, DLDataType.Float32, [4], device: new DLDevice(kind), owner: new BusyOwner());
        using OrtValue value = tensor.ToOrtValue();
        runtime.WaitedFor.Should().Equal(BusyOwner.Stream);
        AddressOf(value).Should().Be((nint)memory);
    }

    [Fact]
    public void More_than_2_GiB_comes_in_and_the_last_element_is_read()
    {
        // Of the memory only the last page is ever touched.
        Check<float>(700_000_000, TensorElementType.Float, 2.5f);
        Check<float>(1_200_000_000, TensorElementType.Float, 3.5f);
        Check<double>(600_000_000, TensorElementType.Double, 4.5);

        void Check<T>(long length, TensorElementType type, T last)
            where T : unmanaged
        {
            using DlPackObject large = DlPack.Allocate<T>([length], zeroed: false);
            ((T*)large.Data)[length - 1] = last;
            ReadLast(large, type, last);
        }
    }

    [Fact]
    public void More_elements_than_an_int_counts_go_both_ways()
    {
        const long Length = int.MaxValue + 17L;
        DlPackObject large = DlPack.Allocate<byte>([Length], zeroed: false);
        ((byte*)large.Data)[Length - 1] = 42;
        ReadLast(large, TensorElementType.UInt8, (byte)42);
        OrtValue value = large.ToOrtValue();
        large.Dispose();
        DlPackObject back = value.AsDlPack();
        back.Length.Should().Be(Length);
        ((byte*)back.Data)[Length - 1].Should().Be(42);
        back.Dispose();
        Live.Allocations.Should().Be(0);
    }

    private static void ReadLast<T>(DlPackObject large, TensorElementType type, T last)
        where T : unmanaged
    {
        using InferenceSession session = OnnxModel.Gather(type);
        using var options = new RunOptions();
        using DlPackObject index = DlPack.AsDlPack(new[] { large.Length - 1 });
        DlPackObject[] outputs = session.Run(options, ["x", "i"], [large, index], ["y"]);
        using DlPackObject read = outputs.Should().ContainSingle().Subject;
        read.ToArray<T>().Should().Equal(last);
    }

    private static nint AddressOf(OrtValue value) =>
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()));
}
