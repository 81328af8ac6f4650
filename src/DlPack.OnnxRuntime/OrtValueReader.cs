using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet;

/// <summary>Lends a value by ONNX Runtime's C functions.</summary>
internal static unsafe class OrtValueReader
{
    /// <inheritdoc cref="OrtValueExtensions.AsDlPack(OrtValue)"/>
    public static DlPackObject Lend(OrtValue value)
    {
        // So that of two threads one takes it over, and none disposes it meanwhile.
        lock (value)
        {
            nint handle = OrtNative.Handle(value);
            if (handle == 0)
            {
                throw new ObjectDisposedException(nameof(OrtValue), "The value has been disposed. Lend it before.");
            }

            int type;
            long* shape;
            nuint ndim;
            OrtNative.Check(OrtNative.GetTypeAndShape(handle, &type, &shape, &ndim));
            DLDataType dtype = OrtElementTypes.DType((TensorElementType)type);
            nint data;
            OrtNative.Check(OrtNative.GetData(handle, &data));
            return Lend(value, data, dtype, new ReadOnlySpan<long>(shape, (int)ndim), DeviceOf(value, handle));
        }
    }

    private static DlPackObject Lend(
        OrtValue value, nint data, DLDataType dtype, ReadOnlySpan<long> shape, DLDevice device)
    {
        if (OrtNative.IsOwned(value))
        {
            var owner = new OrtValueOwner();
            DlPackObject tensor = DlPack.AsDlPack(data, dtype, shape, device: device, owner: owner);
            owner.TakeOver(value);
            return tensor;
        }

        // Another tensor has taken it over already.
        var member = new OrtSequenceOwner();
        DlPackObject second = DlPack.AsDlPack(data, dtype, shape, device: device, owner: member);
        try
        {
            member.TakeOver(value);
            member.Pin = OrtPin.Of(value);
            return second;
        }
        catch
        {
            second.Dispose();
            throw;
        }
    }

    private static DLDevice DeviceOf(OrtValue value, nint handle)
    {
        nint info;
        OrtNative.Check(OrtNative.GetMemoryInfo(handle, &info));
        OrtMemoryInfoDeviceType type;
        OrtNative.GetDeviceType(info, &type);
        return type == OrtMemoryInfoDeviceType.CPU ? DLDevice.Cpu : OrtDevices.Of(value);
    }
}
