using static DlPackNet.Tests.Native.Libtorch;

namespace DlPackNet.Tests.Native;

internal sealed unsafe partial class TorchTensor
{
    /// <summary>The number of dimensions.</summary>
    public int NDim
    {
        get
        {
            long ndim;
            Check(Imports.aoti_torch_get_dim(Handle, &ndim));
            return (int)ndim;
        }
    }

    /// <summary>The extents, in elements.</summary>
    public long[] Shape
    {
        get
        {
            long* sizes;
            Check(Imports.aoti_torch_get_sizes(Handle, &sizes));
            return new ReadOnlySpan<long>(sizes, NDim).ToArray();
        }
    }

    /// <summary>The strides, in elements.</summary>
    public long[] Strides
    {
        get
        {
            long* strides;
            Check(Imports.aoti_torch_get_strides(Handle, &strides));
            return new ReadOnlySpan<long>(strides, NDim).ToArray();
        }
    }

    /// <summary>The elements between the beginning of the memory and the first element.</summary>
    public long StorageOffset
    {
        get
        {
            long offset;
            Check(Imports.aoti_torch_get_storage_offset(Handle, &offset));
            return offset;
        }
    }

    /// <summary>The address of the first element.</summary>
    public nint Data
    {
        get
        {
            void* data;
            Check(Imports.aoti_torch_get_data_ptr(Handle, &data));
            return (nint)data;
        }
    }

    /// <summary>The element type.</summary>
    public TorchDType DType
    {
        get
        {
            TorchDType dtype;
            Check(Imports.aoti_torch_get_dtype(Handle, &dtype));
            return dtype;
        }
    }

    /// <summary>Writes one value to all elements, in place.</summary>
    public void Fill(double value) => Check(Imports.aoti_torch_cpu_fill__Scalar(Handle, value));

    /// <summary>Multiplies all elements by a number that the element type can hold, in place.</summary>
    /// <remarks>For the types that libtorch multiplies: integers, float16 to float64, bfloat16, complex.</remarks>
    public void Multiply(double factor)
    {
        using TorchTensor scalar = Empty(DType);
        scalar.Fill(factor);
        Imports.MultiplyInPlace(Handle, scalar.Handle);
    }

    /// <summary>Overwrites all elements by those of a tensor of the same shape, in place.</summary>
    public void CopyFrom(TorchTensor source) =>
        Check(Imports.aoti_torch_copy_(Handle, source.Handle, isNonBlocking: 0));

    /// <summary>Whether shape and elements are the same; the element types must be.</summary>
    public bool HasSameElements(TorchTensor other) => Imports.Equal(Handle, other.Handle) != 0;

    /// <summary>The sum of all elements in double precision. Not for complex, fp8 and smaller types.</summary>
    public double Sum()
    {
        using TorchTensor sum = MakeInPlace(
            (result, _) => Imports.Sum(result, Handle, (int)TorchDType.Float64 | (1 << 8)));
        return sum.Item();
    }

    /// <summary>The only element of a real tensor that has one.</summary>
    public double Item()
    {
        double value;
        Check(Imports.aoti_torch_item_float64(Handle, &value));
        return value;
    }
}
