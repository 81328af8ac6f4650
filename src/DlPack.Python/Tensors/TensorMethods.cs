using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>The methods of <c>DLPackObject</c>: those of the Python array API standard.</summary>
internal static unsafe class TensorMethods
{
    private static ReadOnlySpan<byte> DlpackDoc =>
        "__dlpack__($self, /, *, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\n"u8
        + "A capsule that lends the tensor to one consumer, as the Python array API standard has it."u8;

    private static ReadOnlySpan<byte> DlpackDeviceDoc =>
        "__dlpack_device__($self, /)\n--\n\nWhere the tensor is: (device_type, device_id)."u8;

    public static PyMethodDef[] List =>
    [
        new()
        {
            Name = Text.Literal("__dlpack__"u8),
            Function = (delegate* unmanaged[Cdecl]<PyTensor*, nint*, nint, nint, nint>)&OnDlpack,
            Flags = PyMethodDef.FastCallWithKeywords,
            Doc = Text.Literal(DlpackDoc),
        },
        new()
        {
            Name = Text.Literal("__dlpack_device__"u8),
            Function = (delegate* unmanaged[Cdecl]<PyTensor*, nint, nint>)&OnDlpackDevice,
            Flags = PyMethodDef.NoArguments,
            Doc = Text.Literal(DlpackDeviceDoc),
        },
    ];

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnDlpack(PyTensor* self, nint* arguments, nint count, nint keywords) =>
        count == 0 && BridgeState.Queued == 0 && KnownCalls.IsUsual(keywords, arguments)
            && Exchange.TryLendPlain(self, out nint capsule)
                ? capsule
                : Dlpack(self, arguments, count, keywords);

    private static nint Dlpack(PyTensor* self, nint* arguments, nint count, nint keywords)
    {
        try
        {
            ReleaseQueue.DrainIfAny();
            if (count != 0)
            {
                return PythonError.Set(
                    PythonApi.TypeError, $"__dlpack__() takes no positional arguments, but {count} were given");
            }

            nint none = PythonApi.None;
            nint* values = stackalloc nint[] { none, none, none, none };
            if (keywords != 0)
            {
                if (!KnownCalls.TryPositions(keywords, out int given, out uint positions))
                {
                    return 0;
                }

                for (int i = 0; i < given; i++, positions >>= 8)
                {
                    values[positions & 3] = arguments[i];
                }
            }

            return Exchange.Lend(self, values[0], values[1], values[2], values[3]);
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static nint OnDlpackDevice(PyTensor* self, nint nothing) => TensorAttributes.Device(self);
}
