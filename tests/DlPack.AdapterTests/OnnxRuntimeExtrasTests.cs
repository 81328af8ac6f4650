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
    public void A_value_is_disposed_when_the_last_borrower_is_done()
    {
        OrtValue value = Allocated(TensorElementType.Float, [2, 3]);
        using (DlPackObject back = Forward(value))
        {
            back.AsSpan<float>()[5] = 7;
            value.GetTensorDataAsSpan<float>()[5].Should().Be(7);
        }

        IsDisposed(value).Should().BeTrue();

        static DlPackObject Forward(OrtValue value)
        {
            using DlPackObject tensor = value.AsDlPack();
            return DlPack.FromDlpack(tensor.Dlpack());
        }
    }

    [Fact]
    public void Disposing_the_value_first_leaves_the_tensor_its_memory()
    {
        const int Large = 64 << 20;
        OrtValue value = Allocated(TensorElementType.UInt8, [Large]);
        using DlPackObject tensor = value.AsDlPack();
        value.Dispose();

        // Memory of this size goes back to the system when it is freed, and touching it would end the process.
        Span<byte> bytes = tensor.AsSpan<byte>();
        bytes.Fill(3);
        bytes[^1].Should().Be(3);
    }

    [Fact]
    public void A_disposed_value_is_refused()
    {
        OrtValue value = Allocated(TensorElementType.Float, [2, 3]);
        value.Dispose();
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void What_is_no_tensor_of_numbers_is_refused_and_stays_the_callers()
    {
        using OrtValue strings = OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, [2]);
        using OrtValue sequence = OrtValue.CreateSequence([Allocated(TensorElementType.Float, [1])]);
        Action lendStrings = () => strings.AsDlPack();
        Action lendSequence = () => sequence.AsDlPack();
        Action lendNull = () => DlPack.AsDlPack((OrtValue)null!);
        lendStrings.Should().Throw<DlPackException>().WithMessage("*GetStringTensorAsArray*");
        lendSequence.Should().Throw<DlPackException>().WithMessage("*SEQUENCE*GetValue*");
        lendNull.Should().Throw<ArgumentNullException>();
        strings.GetStringElement(0).Should().BeEmpty();
        sequence.GetValueCount().Should().Be(1);
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
            using DlPackObject tensor = Allocated(type, [2, 3]).AsDlPack();
            using OrtValue back = tensor.ToOrtValue();
            back.GetTensorTypeAndShape().ElementDataType.Should().Be(type);
            back.GetTensorSizeInBytes().Should().Be(tensor.ByteLength);
            AddressOf(back).Should().Be(tensor.Data);
        }
    }

    [Fact]
    public void Other_element_types_are_refused()
    {
        Refuse(DLDataType.Complex64);
        Refuse(DLDataType.Complex128);
        Refuse(DLDataType.Float8E4M3FN);
        Refuse(DLDataType.Float4E2M1FN);
        Refuse(new DLDataType(DLDataTypeCode.kDLFloat, 32, lanes: 4));
        Refuse(new DLDataType(DLDataTypeCode.kDLInt, 4));

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

    [Fact]
    public void Content_that_a_stream_still_works_on_is_waited_for()
    {
        var runtime = new WaitingRuntime();
        var pinned = new DLDevice(DLDeviceType.kDLROCMHost);
        DlPackDeviceRuntime.Register(pinned.device_type, runtime);
        float* memory = stackalloc float[4];
        using DlPackObject tensor = DlPack.AsDlPack(
            memory, DLDataType.Float32, [4], device: pinned, owner: new BusyOwner());
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
    public void More_elements_than_an_int_counts_come_in_and_are_held_until_the_value_is_collected()
    {
        const long Length = int.MaxValue + 17L;
        LeaveTheRestToFinalizers();
        Check();
        LiveAfterFinalizers().Allocations.Should().Be(0);

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Check()
        {
            DlPackObject large = DlPack.Allocate<byte>([Length], zeroed: false);
            ((byte*)large.Data)[Length - 1] = 42;
            ReadLast(large, TensorElementType.UInt8, (byte)42);
            OrtValue value = large.ToOrtValue();
            large.Dispose();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            value.GetTensorSizeInBytes().Should().Be(Length);
            GC.KeepAlive(value);
        }
    }

    [Fact]
    public void An_address_that_ONNX_Runtime_does_not_tell_is_refused()
    {
        using DlPackObject large = DlPack.Allocate<float>([700_000_000], zeroed: false);
        using OrtValue value = large.ToOrtValue();
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<DlPackException>().WithMessage("*2800000000 bytes*Bind a tensor*");
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

    private static OrtValue Allocated(TensorElementType type, long[] shape) =>
        OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);

    private static nint AddressOf(OrtValue value) =>
        (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()));

    private static bool IsDisposed(OrtValue value)
    {
        try
        {
            value.GetTensorSizeInBytes();
            return false;
        }
        catch (OnnxRuntimeException)
        {
            return true;
        }
    }
}
