using FluentAssertions;
using Xunit;

namespace DlPackNet.Python.Tests;

public sealed class ToPythonTests : PythonTest
{
    [Fact]
    public void Python_sees_an_array_and_writes_to_it()
    {
        float[,] array = { { 1, 2, 3 }, { 4, 5, 6 } };
        using (DlPackObject tensor = DlPack.AsDlPack(array))
        {
            Lend("dl", tensor);
        }

        Number("(dl.shape, dl.strides, dl.dtype, dl.device, dl.readonly) == ((2, 3), (3, 1), 'float32', (1, 0), False)")
            .Should().Be(1);
        Run("m = memoryview(dl); m[1, 2] = 10; del m");
        array[1, 2].Should().Be(10);
    }

    [Fact]
    public void Python_keeps_the_array_in_place_until_it_is_done()
    {
        using (DlPackObject tensor = DlPack.AsDlPack(Enumerable.Range(1, 3).ToArray()))
        {
            Lend("dl", tensor);
        }

        GC.Collect();
        Live.Pins.Should().Be(1);
        Number("memoryview(dl)[2]").Should().Be(3);
        Run("m = memoryview(dl); del dl");
        Live.Pins.Should().Be(1, "the view still reads it");
        Run("del m");
        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void Read_only_memory_is_read_only_in_Python()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new ReadOnlyMemory<byte>([1, 2]));
        Lend("dl", tensor);
        Number("dl.readonly and memoryview(dl).readonly").Should().Be(1);
    }

    [Fact]
    public void A_disposed_tensor_is_refused()
    {
        DlPackObject tensor = DlPack.AsDlPack(new byte[1]);
        tensor.Dispose();
        FluentActions.Invoking(tensor.ToPython).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void The_static_form_is_the_same()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new byte[] { 7 });
        TestHost.EmbeddedPython.Name("dl", DlPack.ToPython(tensor));
        Number("memoryview(dl)[0]").Should().Be(7);
    }

    [Fact]
    public void What_has_no_stream_in_Python_goes_through_the_core()
    {
        using DlPackObject tensor = DlPack.AsDlPack(
            0x1000, Interop.DLDataType.Float32, [2], device: Interop.DLDevice.Cuda(3));
        Lend("dl", tensor);
        Number("dl.__dlpack_device__() == (2, 3) and dl.__cuda_array_interface__['data'][0] == 0x1000").Should().Be(1);
        Number("hasattr(dl, '__array_interface__')").Should().Be(0);
        Run("c = dl.__dlpack__(stream=-1, max_version=(1, 3))");
        Live.Blocks.Should().Be(1);
        Run("del c");
        Live.Blocks.Should().Be(0);
    }

    [Fact]
    public void Who_is_told_of_a_stream_finds_all_complete_on_it()
    {
        RecordingRuntime runtime = RecordingRuntime.Registered();
        using DlPackObject tensor = DlPack.AsDlPack(
            0x1000, Interop.DLDataType.Float32, [2], device: Interop.DLDevice.Cuda(), owner: new StreamOwner(7));
        Lend("dl", tensor);
        Number("dl.__cuda_array_interface__['stream']").Should().Be(1);
        runtime.TakeWaits().Should().Equal((7, 1));
        Run("c = dl.__dlpack__(stream=9, max_version=(1, 3))");
        runtime.TakeWaits().Should().Equal((7, 9));
    }

    [Theory]
    [InlineData(Interop.DLDeviceType.kDLCUDAHost, RecordingRuntime.Host)]
    [InlineData(Interop.DLDeviceType.kDLCUDAManaged, 1)]
    public void Who_reads_main_memory_that_a_stream_writes_to_finds_all_complete(
        Interop.DLDeviceType kind, long waitsByTheFunctions)
    {
        RecordingRuntime runtime = RecordingRuntime.Registered();
        using DlPackObject memory = DlPack.Allocate<byte>([2]);
        using DlPackObject tensor = DlPack.AsDlPack(
            memory.Data,
            Interop.DLDataType.UInt8,
            [2],
            device: new Interop.DLDevice(kind),
            owner: new StreamOwner(7));
        Lend("dl", tensor);
        runtime.TakeWaits();
        Run("memoryview(dl).release()");
        runtime.TakeWaits().Should().Equal((7, RecordingRuntime.Host));
        Run("dl.__array_interface__");
        runtime.TakeWaits().Should().Equal((7, RecordingRuntime.Host));
        Run("import ctypes\nfunction = ctypes.pythonapi.PyCapsule_GetPointer\nfunction.restype = ctypes.c_void_p\n"
            + "function.argtypes = [ctypes.py_object, ctypes.c_char_p]\n"
            + "x = function(type(dl).__dlpack_c_exchange_api__, b'dlpack_exchange_api')\n"
            + "y = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.c_void_p)"
            + "((ctypes.c_void_p * 7).from_address(x)[5])\n"
            + "assert y(dl, ctypes.create_string_buffer(48)) == 0");
        runtime.TakeWaits().Should().Equal((7, waitsByTheFunctions));
    }

    [Fact]
    public void Anybody_may_have_the_lock_while_a_thread_waits_for_a_stream()
    {
        RecordingRuntime runtime = RecordingRuntime.Registered();
        Run("x = bytearray(b'abc'); y = 0");
        DlPackObject borrowed = FromPython("x");
        using DlPackObject memory = DlPack.Allocate<byte>([2]);
        using DlPackObject tensor = DlPack.AsDlPack(
            memory.Data,
            Interop.DLDataType.UInt8,
            [2],
            device: new Interop.DLDevice(Interop.DLDeviceType.kDLCUDAHost),
            owner: new StreamOwner(7));
        runtime.WhileWaiting = () =>
        {
            var other = new Thread(() => Run("y += 1"));
            other.Start();
            other.Join();
            Run("y += 1");
            borrowed.Dispose();
            LiveTensors.Should().Be(1, "this thread could have the lock and let go of the other one at once");
        };
        Lend("dl", tensor);
        Run("memoryview(dl).release()");
        Number("y").Should().Be(2);
    }

    [Fact]
    public void NumPy_takes_an_array_and_writes_to_it()
    {
        Requires.Module("numpy");
        double[] array = [1, 2, 3];
        using DlPackObject tensor = DlPack.AsDlPack(array);
        Lend("dl", tensor);
        Run("import numpy\nx = numpy.asarray(dl); x *= 2\ny = numpy.from_dlpack(dl)");
        array.Should().Equal(2, 4, 6);
        Number("int(y.sum())").Should().Be(12);
    }
}
