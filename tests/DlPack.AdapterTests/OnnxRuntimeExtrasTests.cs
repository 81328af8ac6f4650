using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Tests;
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
            using DlPackObject tensor = Allocated(type, [2, 3]).AsDlPack();
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
    public void Content_that_a_GPU_still_fills_in_memory_it_shares_is_waited_for()
    {
        var runtime = new WaitingRuntime();
        var managed = new DLDevice(DLDeviceType.kDLCUDAManaged);
        DlPackDeviceRuntime.Register(managed.device_type, runtime);
        float* memory = stackalloc float[4];
        using DlPackObject tensor = DlPack.AsDlPack(
            memory, DLDataType.Float32, [4], device: managed, owner: new BusyOwner());
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

    [Fact]
    public void ONNX_Runtime_holds_the_tensor_when_its_value_is_disposed_first()
    {
        using InferenceSession session = OnnxModel.Session("Neg", TensorElementType.Float, "x");
        using var options = new RunOptions();
        OrtIoBinding binding = session.CreateIoBinding();
        DlPackObject x = DlPack.Allocate<float>([2]);
        x.AsSpan<float>().Fill(3);
        float[] output = new float[2];
        DlPackObject y = DlPack.AsDlPack(output);
        using (OrtValue input = x.ToOrtValue())
        using (OrtValue result = y.ToOrtValue())
        {
            binding.BindInput("x", input);
            binding.BindOutput("y", result);
        }

        x.Dispose();
        y.Dispose();
        Live.Allocations.Should().Be(1);
        Live.Pins.Should().Be(1);
        GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        session.RunWithBinding(options, binding);
        output.Should().Equal(-3, -3);
        binding.Dispose();
        Live.Should().Be(default(LiveCounts));
    }

    [Fact]
    public void A_forgotten_value_lets_go_when_it_is_collected()
    {
        Forget();
        LeaveTheRestToFinalizers();
        LiveAfterFinalizers().Should().Be(default(LiveCounts));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget()
        {
            using DlPackObject tensor = DlPack.AsDlPack(new float[4]);
            tensor.ToOrtValue();
        }
    }

    [Fact]
    public void A_forgotten_tensor_gives_its_value_back_when_it_is_collected()
    {
        Forget();
        LeaveTheRestToFinalizers();
        LiveAfterFinalizers().Should().Be(default(LiveCounts));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget()
        {
            using DlPackObject tensor = DlPack.AsDlPack(new float[4]);
            tensor.ToOrtValue().AsDlPack();
        }
    }

    [Fact]
    public void A_value_over_an_array_keeps_it_in_place_for_the_tensor_when_disposed_first()
    {
        float[] array = [1, 2, 3];
        OrtValue value = OrtValue.CreateTensorValueFromMemory(array, [3]);
        using DlPackObject tensor = value.AsDlPack();
        value.Dispose();
        CheckInPlace(tensor, array);
    }

    [Fact]
    public void A_value_over_an_array_keeps_it_in_place_until_the_last_of_its_tensors_is_done()
    {
        float[] array = [1, 2, 3];
        OrtValue value = OrtValue.CreateTensorValueFromMemory(array, [3]);
        DlPackObject first = value.AsDlPack();
        using DlPackObject second = value.AsDlPack();
        using DlPackObject third = value.AsDlPack();
        first.Dispose();
        CheckInPlace(second, array);
        second.Dispose();
        CheckInPlace(third, array);
    }

    [Fact]
    public void A_value_lent_twice_is_given_back_once()
    {
        OrtValue value = Allocated(TensorElementType.UInt8, [64 << 20]);
        DlPackObject first = value.AsDlPack();
        DlPackObject second = value.AsDlPack();
        first.Dispose();
        second.AsSpan<byte>().Fill(3);
        second.Dispose();
        Action lend = () => value.AsDlPack();
        lend.Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void Threads_that_lend_one_value_all_get_its_memory()
    {
        for (int round = 0; round < 50; round++)
        {
            OrtValue value = Allocated(TensorElementType.Float, [1 << 20]);
            var tensors = new DlPackObject[4];
            Parallel.For(0, tensors.Length, i => tensors[i] = value.AsDlPack());
            Parallel.ForEach(tensors, tensor =>
            {
                tensor.AsSpan<float>()[0] = 1;
                tensor.Dispose();
            });
        }
    }

    [Fact]
    public void A_value_can_be_lent_again_while_the_last_of_its_tensors_goes()
    {
        for (int round = 0; round < 200; round++)
        {
            OrtValue value = Allocated(TensorElementType.Float, [1 << 20]);
            DlPackObject first = value.AsDlPack();
            Parallel.Invoke(first.Dispose, LendAgain, LendAgain);

            void LendAgain()
            {
                try
                {
                    using DlPackObject again = value.AsDlPack();
                    again.AsSpan<float>()[^1] = 1;
                }
                catch (ObjectDisposedException)
                {
                    // The other thread was quicker.
                }
            }
        }
    }

    private static void CheckInPlace(DlPackObject tensor, float[] array)
    {
        nint before = tensor.Data;
        for (int i = 0; i < 20; i++)
        {
            _ = new byte[1000];
            GC.Collect(2, GCCollectionMode.Forced, blocking: true, compacting: true);
        }

        fixed (float* now = array)
        {
            ((nint)now).Should().Be(before);
        }

        array[2] = 0;
        tensor.AsSpan<float>()[2] = 9;
        array[2].Should().Be(9);
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
