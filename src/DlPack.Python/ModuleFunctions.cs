using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The functions of the module <c>dlpack</c>.</summary>
internal static unsafe class ModuleFunctions
{
    private static ReadOnlySpan<byte> AsDlpackDoc =>
        "asdlpack($module, obj, /, *, stream=None, copy=None, device=None)\n--\n\n"u8
        + "A DLPackObject on the memory of anything that offers DLPack, an array interface or a buffer."u8;

    private static ReadOnlySpan<byte> FromDlpackDoc =>
        "from_dlpack($module, x, /, *, device=None, copy=None)\n--\n\n"u8
        + "A DLPackObject on the memory of an object with __dlpack__, or of what a capsule carries."u8;

    private static ReadOnlySpan<byte> InspectDoc =>
        "inspect($module, x, /)\n--\n\n"u8
        + "Every field of a capsule's or an object's tensor, as a dict. A capsule is not consumed."u8;

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
