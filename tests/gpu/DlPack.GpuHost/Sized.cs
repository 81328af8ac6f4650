using System.Numerics;
using DlPackNet.Interop;

namespace DlPackNet.GpuHost;

/// <summary>What is done with elements of a size, whatever they mean.</summary>
internal abstract class Sized
{
    private static readonly Dictionary<string, Sized> _sizes = new()
    {
        ["1"] = new SizedAs<byte>(),
        ["2"] = new SizedAs<ushort>(),
        ["4"] = new SizedAs<uint>(),
        ["8"] = new SizedAs<ulong>(),
        ["16"] = new SizedAs<Complex>(),
    };

    /// <summary>Elements of so many bytes.</summary>
    public static Sized Of(string size) => _sizes[size];

    /// <summary>A buffer of ILGPU; returns its number.</summary>
    public abstract string Allocate(Machine machine, long count);

    /// <summary>A tensor over a buffer; returns its number.</summary>
    public abstract string Lend(
        Machine machine, string buffer, DLDataType dtype, long[] shape, long[] strides, long offset, int stream);

    /// <summary>Copies one tensor to another element by element, in a kernel.</summary>
    public abstract void CopyKernel(Machine machine, string from, string to, int stream);
}
