using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>The methods of <c>DLPackObject</c>: those of the Python array API standard.</summary>
internal static unsafe class TensorMethods
{
    private static ReadOnlySpan<byte> DlpackDoc =>
        """
        __dlpack__($self, /, *, stream=None, max_version=None, dl_device=None, copy=None)
        --

        A capsule for one consumer, as the array API standard has it.

        Without max_version, or with a major version of 0, it is a legacy capsule. That cannot say read-only, so what is
        read-only goes out as a copy, or with copy=False not at all.

        Raises BufferError if the exchange cannot be done, ValueError and TypeError for wrong arguments.
        """u8;

    private static ReadOnlySpan<byte> DlpackDeviceDoc =>
        "__dlpack_device__($self, /)\n--\n\nThe same as device."u8;

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
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnDlpack(PyTensor* self, nint* arguments, nint count, nint keywords)
    {
        if (ForkedChild.IsHere)
        {
            return ForkedChild.Refuse();
        }

        try
        {
            ReleaseQueue.DrainIfAny();
            if (count != 0)
            {
                return PythonError.Set(
                    PythonApi.TypeError, $"__dlpack__() takes no positional arguments, but {count} were given");
            }

            nint stream, version, device, copy;
            if (keywords == 0)
            {
                stream = version = device = copy = PythonApi.None;
            }
            else if (DlpackKeywords.Read(keywords))
            {
                DlpackKeywords.Pick(arguments, out stream, out version, out device, out copy);
            }
            else
            {
                return 0;
            }

            return Exchange.Lend(self, stream, version, device, copy);
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnDlpackDevice(PyTensor* self, nint nothing) =>
        ForkedChild.IsHere ? ForkedChild.Refuse() : TensorAttributes.Device(self);
}
