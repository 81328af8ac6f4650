using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Python;

/// <summary>The Python type of <see cref="PyTensor"/>.</summary>
internal static unsafe class PyTensorType
{
    /// <summary>The type; each start of Python has its own.</summary>
    public static nint Type;

    /// <summary>What Python calls.</summary>
    public static nint[] Callbacks =>
    [
        .. Slots.Select(slot => (nint)slot.Value),
        .. TensorMethods.List.Select(method => (nint)method.Function),
        .. TensorAttributes.List.Select(attribute => (nint)attribute.Get),
    ];

    private static PyTypeSlot[] Slots =>
    [
        new(PyTypeSlot.Dealloc, (delegate* unmanaged[Cdecl]<PyTensor*, void>)&OnDealloc),
        new(PyTypeSlot.Traverse,
            (delegate* unmanaged[Cdecl]<PyTensor*, delegate* unmanaged[Cdecl]<nint, nint, int>, nint, int>)&OnTraverse),
        new(PyTypeSlot.New, (delegate* unmanaged[Cdecl]<nint, nint, nint, nint>)&OnNew),
        new(PyTypeSlot.Repr, (delegate* unmanaged[Cdecl]<PyTensor*, nint>)&OnRepr),
        new(PyTypeSlot.BufferGet, (delegate* unmanaged[Cdecl]<PyTensor*, PyBuffer*, int, int>)&TensorBuffer.OnGet),
        new(PyTypeSlot.BufferRelease, (delegate* unmanaged[Cdecl]<PyTensor*, PyBuffer*, void>)&TensorBuffer.OnRelease),
    ];

    /// <summary>Makes the type. Needs the GIL.</summary>
    public static void Make()
    {
        PyTypeSlot[] slots =
        [
            .. Slots,
            new(PyTypeSlot.Doc, Text.Literal(Doc)),
            new(PyTypeSlot.Methods, Native.List(TensorMethods.List)),
            new(PyTypeSlot.GetSet, Native.List(TensorAttributes.List)),
            default,
        ];
        fixed (PyTypeSlot* first = slots)
        {
            var spec = new PyTypeSpec
            {
                Name = Text.Literal("dlpack.DLPackObject"u8),
                BasicSize = sizeof(PyTensor),
                Flags = PyTypeSpec.DefaultFlags | PyTypeSpec.IsCollected,
                Slots = first,
            };
            Type = PythonApi.PyType_FromSpec(&spec);
        }

        if (Type == 0)
        {
            throw PythonError.Take();
        }

        ExchangeApi.Attach(Type);
    }

    private static ReadOnlySpan<byte> Doc =>
        """
        A tensor that somebody may borrow: by __dlpack__, the buffer protocol or an array interface.

        Made by asdlpack() or from_dlpack(). It keeps its memory valid, and so does everything that is made of it.
        """u8;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDealloc(PyTensor* self)
    {
        if (ForkedChild.IsHere)
        {
            // It stays, and Python's collector goes on to look at it.
            if (self is not null)
            {
                self->RefCount++;
            }

            return;
        }

        try
        {
            PyTensor.Free(self);
        }
        catch (Exception e)
        {
            PythonError.Unraisable(e);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int OnTraverse(
        PyTensor* self, delegate* unmanaged[Cdecl]<nint, nint, int> visit, nint argument) =>
        ForkedChild.IsHere ? 0 : PyTensor.Traverse(self, visit, argument);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnNew(nint type, nint arguments, nint keywords) => ForkedChild.IsHere
        ? ForkedChild.Refuse()
        : PythonError.Set(
            PythonApi.TypeError, "A DLPackObject is made of something: call dlpack.asdlpack(obj).");

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint OnRepr(PyTensor* self)
    {
        if (ForkedChild.IsHere)
        {
            return ForkedChild.Refuse();
        }

        try
        {
            return Py.NewString(TensorText.Repr(self));
        }
        catch (Exception e)
        {
            return PythonError.Set(e);
        }
    }
}
