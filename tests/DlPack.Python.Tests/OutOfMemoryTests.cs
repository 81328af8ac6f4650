using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using DlPackNet.Python.TestHost;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Python.Tests;

/// <summary>What Python cannot make because it has no memory left.</summary>
public sealed unsafe class OutOfMemoryTests : PythonTest
{
    private static int _deletes;
    private static bool _wasErrorPending;

    [Fact]
    public void A_tensor_is_released_with_no_error_pending()
    {
        DlPackPython.ReleasePending();
        _deletes = 0;
        var versioned = new DLManagedTensorVersioned { deleter = &OnDelete };
        var legacy = new DLManagedTensor { deleter = &OnDeleteLegacy };
        delegate* unmanaged[Cdecl]<nint, nint> make = PythonApi._PyObject_GC_New;
        PythonApi._PyObject_GC_New = &Fail;
        try
        {
            foreach (bool isVersioned in (ReadOnlySpan<bool>)[true, false])
            {
                nint tensor = isVersioned
                    ? PyTensor.Import(&versioned, Protocol.Capsule)
                    : PyTensor.Import(&legacy, Protocol.Capsule);
                tensor.Should().Be(0);
                _wasErrorPending.Should().BeFalse("a deleter may be written in Python, which cannot run with an error");
                PythonError.Take().Message.Should().Contain("MemoryError");
            }
        }
        finally
        {
            PythonApi._PyObject_GC_New = make;
        }

        _deletes.Should().Be(2);
    }

    [Fact]
    public void A_producer_is_not_asked_without_its_arguments()
    {
        Run("""
            class x:
              def __dlpack__(self, **k): raise SystemError(k)
              def __dlpack_device__(self): return 1, 0
            """);
        nint item = EmbeddedPython.Evaluate("x()");
        DlPackPython.ReleasePending();
        delegate* unmanaged[Cdecl]<nint, nint> make = PythonApi.PyTuple_New;
        PythonApi.PyTuple_New = &Fail;
        try
        {
            FluentActions.Invoking(() => DlPack.FromPython(item, device: DLDevice.Cpu))
                .Should().Throw<DlPackException>().WithMessage("*MemoryError*");
        }
        finally
        {
            PythonApi.PyTuple_New = make;
            EmbeddedPython.Drop(item);
        }
    }

    [Fact]
    public void An_array_interface_needs_no_new_names()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        Lend("dl", tensor);
        delegate* unmanaged[Cdecl]<byte*, nint> intern = PythonApi.PyUnicode_InternFromString;
        PythonApi.PyUnicode_InternFromString = &FailToIntern;
        try
        {
            Number("len(dl.__array_interface__)").Should().Be(5);
        }
        finally
        {
            PythonApi.PyUnicode_InternFromString = intern;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint Fail(nint argument) => PythonError.Set(PythonApi.MemoryError, "There is none left.");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint FailToIntern(byte* text) => PythonError.Set(PythonApi.MemoryError, "There is none left.");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDelete(DLManagedTensorVersioned* tensor) => NoteDelete();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnDeleteLegacy(DLManagedTensor* tensor) => NoteDelete();

    private static void NoteDelete()
    {
        _deletes++;
        _wasErrorPending = PythonApi.PyErr_Occurred() != 0;
    }
}
