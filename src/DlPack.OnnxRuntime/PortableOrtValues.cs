using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet;

/// <summary>
/// Values by the public members of ONNX Runtime's .NET library alone. They know fewer element types, lend up to 2 GiB,
/// and let go of what they are over when they are disposed, whether ONNX Runtime is done or not.
/// </summary>
internal static unsafe class PortableOrtValues
{
    // Memory has at most int.MaxValue elements, so larger tensors cannot be held by it.
    private static readonly ConditionalWeakTable<OrtValue, DlPackObject> _heldWhileReachable = [];

    /// <summary>A value over a row-major tensor.</summary>
    /// <param name="tensor">Taken over, even if this method throws.</param>
    /// <param name="type">The type of its elements.</param>
    /// <param name="memory">Where they are.</param>
    /// <exception cref="DlPackException">The .NET library has no such elements.</exception>
    public static OrtValue Over(DlPackObject tensor, TensorElementType type, OrtMemoryInfo memory)
    {
        try
        {
            return tensor.Length > int.MaxValue ? OverLarge(tensor, type, memory) : type switch
            {
                TensorElementType.Bool => Over<bool>(tensor, memory),
                TensorElementType.Int8 => Over<sbyte>(tensor, memory),
                TensorElementType.UInt8 => Over<byte>(tensor, memory),
                TensorElementType.Int16 => Over<short>(tensor, memory),
                TensorElementType.UInt16 => Over<ushort>(tensor, memory),
                TensorElementType.Int32 => Over<int>(tensor, memory),
                TensorElementType.UInt32 => Over<uint>(tensor, memory),
                TensorElementType.Int64 => Over<long>(tensor, memory),
                TensorElementType.UInt64 => Over<ulong>(tensor, memory),
                TensorElementType.Float16 => Over<Float16>(tensor, memory),
                TensorElementType.BFloat16 => Over<BFloat16>(tensor, memory),
                TensorElementType.Float => Over<float>(tensor, memory),
                TensorElementType.Double => Over<double>(tensor, memory),
                _ => throw Unknown(type),
            };
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <inheritdoc cref="OrtValueExtensions.AsDlPack(OrtValue)"/>
    public static DlPackObject Lend(OrtValue value)
    {
        long byteLength = ByteLength(value);
        OrtTensorTypeAndShapeInfo info = value.GetTensorTypeAndShape();
        DLDataType dtype = OrtElementTypes.DType(info.ElementDataType);
        DLDevice device = OrtDevices.Of(value);
        nint address = byteLength == 0 ? 0 : Address(value, info.ElementDataType, byteLength);
        var owner = new OrtSequenceOwner();
        DlPackObject tensor = DlPack.AsDlPack(address, dtype, info.Shape, device: device, owner: owner);
        try
        {
            owner.TakeOver(value);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    private static OrtValue Over<T>(DlPackObject tensor, OrtMemoryInfo memory)
        where T : unmanaged =>
        OrtValue.CreateTensorValueFromMemory(memory, new OrtTensorMemory<T>(tensor).Memory, tensor.Shape.ToArray());

    private static OrtValue OverLarge(DlPackObject tensor, TensorElementType type, OrtMemoryInfo memory)
    {
        OrtValue value = OrtValue.CreateTensorValueWithData(
            memory, type, tensor.Shape.ToArray(), tensor.Data, tensor.ByteLength);
        _heldWhileReachable.Add(value, tensor);
        return value;
    }

    // Asked first, since it is the one question that a disposed value answers with an exception; others end the
    // process.
    private static long ByteLength(OrtValue value)
    {
        try
        {
            return value.GetTensorSizeInBytes();
        }
        catch (OnnxRuntimeException e) when (e.Message.Contains("string", StringComparison.OrdinalIgnoreCase))
        {
            _ = OrtElementTypes.DType(TensorElementType.String);
            throw;
        }
        catch (OnnxRuntimeException e)
        {
            throw new ObjectDisposedException("The value has been disposed. Lend it before.", e);
        }
    }

    private static nint Address(OrtValue value, TensorElementType type, long byteLength)
    {
        if (byteLength > int.MaxValue)
        {
            throw new DlPackException(
                $"The value has {byteLength} bytes, and ONNX Runtime's .NET library tells the address of at most "
                + $"{int.MaxValue}. Bind a tensor of yours as the output instead: ToOrtValue has no such limit.");
        }

        return TensorBase.GetElementTypeInfo(type) is null
            ? throw Unknown(type)
            : (nint)Unsafe.AsPointer(ref MemoryMarshal.GetReference(value.GetTensorMutableRawData()));
    }

    private static DlPackException Unknown(TensorElementType type) => new(
        $"ONNX Runtime's element type {OrtElementTypes.DType(type)} is unknown to its .NET library. Cast it to another "
        + "type in the model, or lend the bytes.");
}
