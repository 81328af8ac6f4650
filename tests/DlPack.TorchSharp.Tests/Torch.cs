using TorchSharp;

namespace DlPackNet.AdapterTests;

/// <summary>Torch tensors for tests.</summary>
internal static class Torch
{
    /// <summary>Torch's element type of a .NET type.</summary>
    public static torch.ScalarType TypeOf<T>() => Type.GetTypeCode(typeof(T)) switch
    {
        TypeCode.Boolean => torch.ScalarType.Bool,
        TypeCode.SByte => torch.ScalarType.Int8,
        TypeCode.Byte => torch.ScalarType.Byte,
        TypeCode.Int16 => torch.ScalarType.Int16,
        TypeCode.Int32 => torch.ScalarType.Int32,
        TypeCode.Int64 => torch.ScalarType.Int64,
        TypeCode.UInt16 => (torch.ScalarType)27,
        TypeCode.UInt32 => (torch.ScalarType)28,
        TypeCode.UInt64 => (torch.ScalarType)29,
        TypeCode.Single => torch.ScalarType.Float32,
        TypeCode.Double => torch.ScalarType.Float64,
        _ when typeof(T) == typeof(Half) => torch.ScalarType.Float16,
        _ when typeof(T) == typeof(System.Numerics.Complex) => torch.ScalarType.ComplexFloat64,
        _ => throw new NotSupportedException(typeof(T).ToString()),
    };

    /// <summary>The elements in row-major order, as torch itself lays them out.</summary>
    public static T[] Elements<T>(torch.Tensor tensor)
        where T : unmanaged
    {
        using torch.Tensor compact = tensor.reshape(-1);
        return compact.data<T>().ToArray();
    }

    /// <summary>A tensor with the elements 0, 1, 2 …</summary>
    public static torch.Tensor Ramp(params long[] shape)
    {
        long length = shape.Aggregate(1L, (product, extent) => product * extent);
        return torch.arange(length, torch.ScalarType.Float32).reshape(shape);
    }

    /// <summary>What TorchScript makes of x, a matrix of two by two: also what TorchSharp has no method for.</summary>
    public static torch.Tensor Scripted(string expression)
    {
        using torch.jit.CompilationUnit unit = torch.jit.compile($"def f(x):\n    return {expression}\n");
        using torch.Tensor x = Ramp(2, 2);
        return (torch.Tensor)unit.invoke("f", x);
    }
}
