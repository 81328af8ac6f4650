using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>
/// A native function that releases one tensor. <c>THSTensor_new</c> tells its deleter nothing but the data's address,
/// which may be lent several times, so each tensor needs a function of its own.
/// </summary>
/// <remarks>
/// A function is made once, lives forever and is used again and again, so that their number is that of the tensors
/// that were alive at once.
/// </remarks>
internal sealed unsafe class ReleaseFunction
{
    private static readonly ConcurrentQueue<ReleaseFunction> _free = new();

    private readonly Callback _callback;
    private DLManagedTensorVersioned* _tensor;

    private ReleaseFunction()
    {
        _callback = _ => Run();
        Address = Marshal.GetFunctionPointerForDelegate(_callback);

        // Native code keeps nothing alive.
        GCHandle.Alloc(this);
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void Callback(nint data);

    /// <summary>The function, <c>void (*)(void*)</c>; to be called once.</summary>
    public nint Address { get; }

    /// <summary>A function that releases a tensor.</summary>
    /// <param name="tensor">What is released when the function is called.</param>
    public static ReleaseFunction Rent(DLManagedTensorVersioned* tensor)
    {
        if (!_free.TryDequeue(out ReleaseFunction? function))
        {
            function = new ReleaseFunction();
        }

        function._tensor = tensor;
        return function;
    }

    /// <summary>What the function does. Our own deleters do not throw.</summary>
    public void Run()
    {
        DLManagedTensorVersioned* tensor = _tensor;
        _free.Enqueue(this);
        tensor->deleter(tensor);
    }
}
