using DlPackNet.Interop;
using static DlPackNet.Tests.Native.Libtorch;

namespace DlPackNet.Tests.Native;

/// <summary>A tensor of libtorch. Where libtorch is missing, making the first one skips the test.</summary>
internal sealed unsafe partial class TorchTensor : IDisposable
{
    private const int DeviceTypeCpu = 0;
    private const int DeviceIndexNone = -1;

    private nint _handle;

    private TorchTensor(nint handle)
    {
        _handle = handle;
    }

    private delegate int Maker(nint* result);

    /// <summary>The address of the <c>at::Tensor</c>.</summary>
    public nint Handle => _handle != 0 ? _handle : throw new ObjectDisposedException(nameof(TorchTensor));

    /// <summary>A new row-major tensor whose elements are whatever was in memory.</summary>
    public static TorchTensor Empty(TorchDType dtype, params long[] shape)
    {
        var strides = new long[shape.Length];
        long stride = 1;
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= Math.Max(shape[i], 1);
        }
        fixed (long* sizes = shape, steps = strides)
        {
            // A pinned empty array gives null, which is what a scalar has.
            (nint s, nint t) = ((nint)sizes, (nint)steps);
            return Make(result => Imports.aoti_torch_empty_strided(
                shape.Length, (long*)s, (long*)t, dtype, DeviceTypeCpu, DeviceIndexNone, result));
        }
    }

    /// <summary>A new row-major tensor of zeros.</summary>
    public static TorchTensor Zeros(TorchDType dtype, params long[] shape)
    {
        TorchTensor tensor = Empty(dtype, shape);
        Check(Imports.aoti_torch_zero_(tensor.Handle));
        return tensor;
    }

    /// <summary>
    /// A new row-major tensor with the elements 0, 1, 2 …; for types that a half can be converted to.
    /// </summary>
    public static TorchTensor Ramp(TorchDType dtype, params long[] shape)
    {
        TorchTensor tensor = Empty(dtype, shape);
        using TorchTensor flat = tensor.View([shape.Aggregate(1L, (product, extent) => product * extent)], [1], 0);
        for (long i = 0; i < flat.Shape[0]; i++)
        {
            using TorchTensor element = flat.View([], [], i);
            element.Fill(i);
        }
        return tensor;
    }

    /// <summary>
    /// Takes over a versioned tensor: libtorch calls its deleter when the last of its tensors is freed.
    /// </summary>
    public static TorchTensor FromDlpack(DLManagedTensorVersioned* source) =>
        MakeInPlace((result, function) => Imports.FromDLPackVersioned(result, source, function));

    /// <summary>Takes over a legacy tensor: libtorch calls its deleter when the last of its tensors is freed.</summary>
    public static TorchTensor FromDlpack(DLManagedTensor* source) =>
        MakeInPlace((result, function) => Imports.FromDLPack(result, source, function));

    /// <summary>Lends the tensor; the caller owns the result and ends it by its deleter.</summary>
    public DLManagedTensorVersioned* ToDlpack() => Imports.ToDLPackVersioned(Handle);

    /// <summary>Lends the tensor as before DLPack 1.0.</summary>
    public DLManagedTensor* ToDlpackLegacy() => Imports.ToDLPack(Handle);

    /// <summary>Another tensor on the same memory.</summary>
    /// <param name="shape">The extents, in elements.</param>
    /// <param name="strides">The strides, in elements; libtorch takes no negative ones.</param>
    /// <param name="storageOffset">The first element, counted from the beginning of the memory.</param>
    public TorchTensor View(long[] shape, long[] strides, long storageOffset)
    {
        fixed (long* sizes = shape, steps = strides)
        {
            (nint s, nint t) = ((nint)sizes, (nint)steps);
            return Make(result => Imports.aoti_torch__reinterpret_tensor(
                Handle, shape.Length, (long*)s, (long*)t, storageOffset, result));
        }
    }

    /// <summary>Another tensor on the same memory, with all dimensions in the opposite order.</summary>
    public TorchTensor Transpose() =>
        View([.. Shape.Reverse()], [.. Strides.Reverse()], StorageOffset);

    /// <summary>The part from <paramref name="start"/> to before <paramref name="end"/>, on the same memory.</summary>
    public TorchTensor Slice(int dimension, long start, long end, long step = 1)
    {
        (long[] shape, long[] strides) = (Shape, Strides);
        long offset = StorageOffset + (start * strides[dimension]);
        shape[dimension] = (end - start + step - 1) / step;
        strides[dimension] *= step;
        return View(shape, strides, offset);
    }

    /// <summary>A row-major copy.</summary>
    public TorchTensor Clone() => Make(result => Imports.aoti_torch_clone(Handle, result));

    /// <summary>Frees the tensor, and what it lent if nobody else uses it.</summary>
    public void Dispose()
    {
        nint handle = Interlocked.Exchange(ref _handle, 0);
        if (handle != 0)
        {
            Check(Imports.aoti_torch_delete_tensor_object(handle));
        }
    }

    private static TorchTensor Make(Maker maker)
    {
        nint handle;
        Check(maker(&handle));
        return new TorchTensor(handle);
    }

    private delegate nint InPlaceMaker(nint result, void* function);

    /// <summary>For C++ functions that return a tensor by value: they write to where an undefined one is.</summary>
    private static TorchTensor MakeInPlace(InPlaceMaker maker)
    {
        TorchTensor tensor = Make(result => Imports.aoti_torch_new_uninitialized_tensor(result));

        // An empty std::function is 32 zero bytes.
        long* function = stackalloc long[4];
        maker(tensor.Handle, function);
        return tensor;
    }
}
