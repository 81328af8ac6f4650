using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The functions of the module <c>dlpack</c>.</summary>
internal static unsafe class ModuleFunctions
{
    // What help() shows; __init__.pyi, from which editors take it, says the same.
    private static ReadOnlySpan<byte> AsDlpackDoc =>
        """
        asdlpack($module, obj, /, *, stream=None, copy=None, device=None)
        --

        A DLPackObject on the memory of whatever has elements.

        What the object has is tried in this order: the C exchange API of its type, __dlpack__,
        __cuda_array_interface__, __array_interface__, __array_struct__, the attributes __array_shape__ and its
        siblings, the buffer protocol.

        stream: the stream that the data will be used on, and None in main memory, also if that is asked for by
        device=(1, 0): what is copied there is complete. copy: True always copies, False never, None if it must.
        device: where the data shall be, as (type, number).

        Raises BufferError, or ValueError, saying what was tried and why it failed; TypeError for an object with none of
        them.
        """u8;

    private static ReadOnlySpan<byte> FromDlpackDoc =>
        """
        from_dlpack($module, x, /, *, device=None, copy=None)
        --

        A DLPackObject on the memory of an object with __dlpack__, or of what a capsule carries, which is consumed.

        device and copy are those of asdlpack(), and so are the exceptions.
        """u8;

    private static ReadOnlySpan<byte> InspectDoc =>
        """
        inspect($module, x, /)
        --

        Every field of a capsule's tensor, or of what an object lends, as a dict. A capsule is not consumed.
        """u8;

    private static ReadOnlySpan<byte> LiveDoc =>
        "_live($module, /)\n--\n\nWhat has been made and not released yet, as a dict of numbers."u8;

    public static PyMethodDef[] List =>
    [
        new()
        {
            Name = Text.Literal("asdlpack"u8),
            Function = (delegate* unmanaged[Cdecl]<nint, nint*, nint, nint, nint>)&OnAsDlpack,
            Flags = PyMethodDef.FastCallWithKeywords,
            Doc = Text.Literal(AsDlpackDoc),
        },
        new()
        {
            Name = Text.Literal("from_dlpack"u8),
            Function = (delegate* unmanaged[Cdecl]<nint, nint*, nint, nint, nint>)&OnFromDlpack,
            Flags = PyMethodDef.FastCallWithKeywords,
            Doc = Text.Literal(FromDlpackDoc),
        },
        new()
        {
            Name = Text.Literal("inspect"u8),
            Function = (delegate* unmanaged[Cdecl]<nint, nint, nint>)&OnInspect,
            Flags = PyMethodDef.OneArgument,
            Doc = Text.Literal(InspectDoc),
        },
        new()
        {
            Name = Text.Literal("_live"u8),
            Function = (delegate* unmanaged[Cdecl]<nint, nint, nint>)&OnLive,
            Flags = PyMethodDef.NoArguments,
            Doc = Text.Literal(LiveDoc),
        },
    ];

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnAsDlpack(nint module, nint* arguments, nint count, nint keywords)
    {
        try
        {
            ReleaseQueue.DrainIfAny();
            if (count == 1 && keywords == 0)
            {
                return Reader.Read(arguments[0], default);
            }

            return TryRequest("asdlpack", arguments, count, keywords, withStream: true, out Request request)
                ? Reader.Read(arguments[0], request)
                : 0;
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnFromDlpack(nint module, nint* arguments, nint count, nint keywords)
    {
        try
        {
            ReleaseQueue.DrainIfAny();
            return TryRequest("from_dlpack", arguments, count, keywords, withStream: false, out Request request)
                ? Reader.ReadDlpackOnly(arguments[0], request)
                : 0;
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnInspect(nint module, nint item)
    {
        try
        {
            return Inspection.Of(item);
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnLive(nint module, nint nothing)
    {
        try
        {
            ReleaseQueue.DrainIfAny();
            return Inspection.Live();
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    private static bool TryRequest(
        string function, nint* arguments, nint count, nint keywords, bool withStream, out Request request)
    {
        request = default;
        if (count != 1)
        {
            PythonError.Set(
                PythonApi.TypeError, $"{function}() takes exactly one positional argument ({count} given)");
            return false;
        }

        long? stream = null;
        bool? copy = null;
        DLDevice? device = null;
        nint given = keywords == 0 ? 0 : PythonApi.PyTuple_Size(keywords);
        for (nint i = 0; i < given; i++)
        {
            nint value = arguments[1 + i];
            ReadOnlySpan<nint> known = [Names.Copy, Names.Device, Names.Stream];
            bool isFine = Arguments.Match(
                PythonApi.PyTuple_GetItem(keywords, i), function, withStream ? known : known[..2]) switch
            {
                0 => Arguments.TryFlag(value, out copy),
                1 => Arguments.TryDevice(value, "device", out device),
                2 => Arguments.TryStream(value, out stream),
                _ => false,
            };
            if (!isFine)
            {
                return false;
            }
        }

        request = new Request(stream, copy, device);
        return true;
    }
}
