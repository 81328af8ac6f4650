using DlPackNet.Interop;
using DlPackNet.Python.TestHost;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Python.Tests;

public sealed class FromPythonTests : PythonTest
{
    [Fact]
    public void Bytes_come_in_read_only()
    {
        using DlPackObject tensor = FromPython("b'Hello!'");
        tensor.DType.Should().Be(DLDataType.UInt8);
        tensor.IsReadOnly.Should().BeTrue();
        tensor.ToArray<byte>().Should().Equal("Hello!"u8.ToArray());
    }

    [Fact]
    public void Writing_is_seen_by_Python()
    {
        Run("import array\nx = array.array('d', [1, 2, 3])");
        using (DlPackObject tensor = FromPython("x"))
        {
            tensor.AsSpan<double>()[1] = 20;
        }

        Number("int(x[1])").Should().Be(20);
    }

    [Fact]
    public void A_copy_is_asked_for()
    {
        Run("x = bytearray(b'abc')");
        using DlPackObject tensor = FromPython("x", copy: true);
        tensor.AsSpan<byte>()[0] = 0;
        (tensor.Data % 256).Should().Be(0);
        Number("x[0]").Should().Be('a');
    }

    [Fact]
    public void Strides_come_as_they_are()
    {
        using DlPackObject tensor = FromPython("memoryview(b'abcdef')[::-2]");
        tensor.Shape.ToArray().Should().Equal(3);
        tensor.Strides.ToArray().Should().Equal(-2);
        tensor.ToArray<byte>().Should().Equal("fdb"u8.ToArray());
    }

    [Fact]
    public void The_object_lives_as_long_as_the_tensor()
    {
        Run("x = bytearray(b'abc')");
        long before = Number("sys.getrefcount(x)");
        DlPackObject tensor = FromPython("x");
        Number("sys.getrefcount(x)").Should().Be(before + 1);
        DlPackObject second = tensor.AsDlPack();
        tensor.Dispose();
        Number("sys.getrefcount(x)").Should().Be(before + 1);
        second.Dispose();
        Number("sys.getrefcount(x)").Should().Be(before);
    }

    [Fact]
    public void What_has_no_memory_is_refused_by_name()
    {
        FluentActions.Invoking(() => FromPython("object()"))
            .Should().Throw<DlPackException>().WithMessage("*object offers none of*__dlpack__*buffer*");
    }

    [Fact]
    public void What_fails_tells_what_was_tried()
    {
        Run("class Bad:\n  def __dlpack__(self, **k): raise ValueError('not today')");
        FluentActions.Invoking(() => FromPython("Bad()"))
            .Should().Throw<DlPackException>().WithMessage("*__dlpack__: ValueError: not today*");
    }

    [Fact]
    public void A_null_is_an_argument_error() =>
        FluentActions.Invoking(() => DlPack.FromPython(0)).Should().Throw<ArgumentNullException>();

    [Fact]
    public void A_capsule_is_consumed_once()
    {
        Run("x = bytearray(b'abc')");
        using DlPackObject tensor = FromPython("x");
        Lend("dl", tensor);
        Run("c = dl.__dlpack__(max_version=(1, 3))");
        using (DlPackObject taken = FromPython("c"))
        {
            taken.ToArray<byte>().Should().Equal("abc"u8.ToArray());
        }

        FluentActions.Invoking(() => FromPython("c"))
            .Should().Throw<DlPackException>().WithMessage("*used_dltensor_versioned*consumed*");
    }

    [Fact]
    public unsafe void A_pending_error_survives()
    {
        Run("x = bytearray(b'abc')");
        nint item = EmbeddedPython.Evaluate("x");
        nint kind = *(nint*)EmbeddedPython.Function("PyExc_KeyError");
        ((delegate* unmanaged[Cdecl]<nint, void>)EmbeddedPython.Function("PyErr_SetNone"))(kind);
        DlPack.FromPython(item).Dispose();
        nint pending = ((delegate* unmanaged[Cdecl]<nint>)EmbeddedPython.Function("PyErr_Occurred"))();
        ((delegate* unmanaged[Cdecl]<void>)EmbeddedPython.Function("PyErr_Clear"))();
        EmbeddedPython.Drop(item);
        pending.Should().Be(kind);
    }

    [Fact]
    public void The_callers_stream_waits_for_the_one_of_an_array_interface()
    {
        RecordingRuntime runtime = RecordingRuntime.Registered();
        Run("class X:\n  __cuda_array_interface__ = "
            + "{'version': 3, 'shape': (2,), 'typestr': '<f4', 'data': (4096, False), 'stream': 7}\nx = X()");
        nint item = EmbeddedPython.Evaluate("x");
        using (DlPackObject tensor = DlPack.FromPython(item, stream: 9))
        {
            runtime.TakeWaits().Should().Equal((7, 9));
            tensor.Dlpack(stream: 11).Dispose();
            runtime.TakeWaits().Should().Equal((9, 11));
        }

        EmbeddedPython.Drop(item);
    }

    [Fact]
    public void NumPy_arrays_come_in_and_are_written_to()
    {
        Requires.Module("numpy");
        Run("import numpy\nx = numpy.arange(6, dtype='float32').reshape(2, 3).T");
        using (DlPackObject tensor = FromPython("x"))
        {
            tensor.Shape.ToArray().Should().Equal(3, 2);
            tensor.Strides.ToArray().Should().Equal(1, 3);
            tensor.ToArray<float>().Should().Equal(0, 3, 1, 4, 2, 5);
            using DlPackObject flat = DlPack.AsDlPack(tensor, [6], [1]);
            flat.AsSpan<float>()[5] = 50;
        }

        Number("int(x[2, 1])").Should().Be(50);
    }
}
