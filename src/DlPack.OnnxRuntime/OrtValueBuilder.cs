using System.Diagnostics;
using System.Runtime.CompilerServices;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace DlPackNet;

/// <summary>Makes values that hold the tensors they are over.</summary>
internal static class OrtValueBuilder
{
    // Memory has at most int.MaxValue elements, so larger tensors cannot be held by it.
    private static readonly ConditionalWeakTable<OrtValue, DlPackObject> _heldWhileReachable = [];

    /// <summary>A value over a row-major tensor, of which it has a reference of its own.</summary>
    /// <exception cref="DlPackException">ONNX Runtime has no such element type.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    public static OrtValue Over(DlPackObject tensor, OrtMemoryInfo memory)
    {
        TensorElementType type = OrtElementTypes.Of(tensor.DType);
        if (tensor.Length > int.MaxValue)
        {
            return OverLarge(tensor, memory, type);
        }

        return type switch
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
            _ => throw new UnreachableException($"{type} is not in this list."),
        };
    }

    private static OrtValue Over<T>(DlPackObject tensor, OrtMemoryInfo memory)
        where T : unmanaged
    {
        var held = new OrtTensorMemory<T>(tensor);
        try
        {
            return OrtValue.CreateTensorValueFromMemory(memory, held.Memory, tensor.Shape.ToArray());
        }
        catch
        {
            held.Unpin();
            throw;
        }
    }

    private static OrtValue OverLarge(DlPackObject tensor, OrtMemoryInfo memory, TensorElementType type)
    {
        DlPackObject held = tensor.AsDlPack();
        try
        {
            OrtValue value = OrtValue.CreateTensorValueWithData(
                memory, type, tensor.Shape.ToArray(), held.Data, tensor.ByteLength);
            _heldWhileReachable.Add(value, held);
            return value;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }
}
