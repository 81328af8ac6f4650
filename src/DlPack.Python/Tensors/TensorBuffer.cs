using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The buffer protocol of <c>DLPackObject</c>: <c>memoryview(dl)</c>.</summary>
internal static unsafe class TensorBuffer
{
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static int OnGet(PyTensor* self, PyBuffer* view, int flags)
    {
        if (ForkedChild.IsHere)
        {
            _ = ForkedChild.Refuse();
            return -1;
        }

        try
        {
            view->Obj = 0;
            string? refusal = Fill(self, view, flags);
            if (refusal is not null)
            {
                PythonError.Set(PythonApi.BufferError, refusal);
                return -1;
            }

            PyTensor.TakeReference(self);
            view->Obj = (nint)self;
            return 0;
        }
        catch (Exception e)
        {
            PythonError.Set(e);
            return -1;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void OnRelease(PyTensor* self, PyBuffer* view)
    {
        if (!ForkedChild.IsHere)
        {
            NativeMemory.Free(view->Internal);
        }
    }

    private static string? Fill(PyTensor* self, PyBuffer* view, int flags)
    {
        DLTensor* tensor = &self->Tensor;
        if (!tensor->device.IsCpuReadable)
        {
            return $"The tensor is on {tensor->device}, which the buffer protocol cannot reach. Take __dlpack__.";
        }

        byte* format = BufferFormat.Of(tensor->dtype);
        if (format is null)
        {
            return $"The buffer protocol has no code for {tensor->dtype}. Take __dlpack__.";
        }

        if ((flags & PyBuffer.Writable) != 0 && self->IsReadOnly)
        {
            return "The tensor is read-only, and a writable buffer was asked for.";
        }

        int ndim = tensor->ndim;
        nint itemSize = tensor->dtype.BytesPerElement;
        bool isC = Contiguity.IsC(self->Shape, self->Strides);
        bool isF = Contiguity.IsF(self->Shape, self->Strides);
        bool fits = (flags & PyBuffer.CContiguous) == PyBuffer.CContiguous ? isC
            : (flags & PyBuffer.FContiguous) == PyBuffer.FContiguous ? isF
            : (flags & PyBuffer.AnyContiguous) == PyBuffer.AnyContiguous ? isC || isF
            : (flags & PyBuffer.WithStrides) == PyBuffer.WithStrides || isC;
        if (!fits)
        {
            return "The tensor's elements are not in the order that was asked for: ask for strides, or copy it.";
        }

        // Pinned and managed memory may have a stream that still writes to it.
        Streams.CompleteForHost(self);
        nint* strides = null;
        if (ndim != 0 && (flags & PyBuffer.WithStrides) == PyBuffer.WithStrides)
        {
            strides = (nint*)NativeMemory.Alloc((nuint)ndim, (nuint)sizeof(nint));
            for (int i = 0; i < ndim; i++)
            {
                strides[i] = (nint)tensor->strides[i] * itemSize;
            }
        }

        // Nobody reads from it without elements, but some take null for a failure.
        view->Buf = tensor->data is null ? self : tensor->data;
        view->Len = (nint)self->Length * itemSize;
        view->ItemSize = itemSize;
        view->ReadOnly = self->IsReadOnly ? 1 : 0;
        view->NDim = (flags & PyBuffer.WithShape) != 0 ? ndim : 1;
        view->Format = (flags & PyBuffer.WithFormat) != 0 ? format : null;
        view->Shape = (flags & PyBuffer.WithShape) != 0 ? (nint*)tensor->shape : null;
        view->Strides = strides;
        view->SubOffsets = null;
        view->Internal = strides;
        return null;
    }
}
