using DlPackNet.Interop;
using DlPackNet.Python;

namespace DlPackNet;

/// <summary>Tensors to Python.</summary>
public static unsafe class PythonExtensions
{
    /// <summary>Lends a tensor to Python, without copying.</summary>
    /// <param name="tensor">The tensor; it may be disposed at once.</param>
    /// <returns>
    /// A new reference to a <c>dlpack.DLPackObject</c>, which the caller gives back: by <c>Py_DecRef</c>, or by handing
    /// it to what takes references over (CSnakes: a constructor of <c>PyObject</c>). Python's libraries take it by
    /// <c>from_dlpack</c>, <c>numpy.asarray</c> or <c>memoryview</c>.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tensor"/> is null.</exception>
    /// <exception cref="DlPackException">Python is not running, or it cannot be found.</exception>
    /// <exception cref="ObjectDisposedException">The tensor has been disposed.</exception>
    /// <remarks>
    /// The memory is kept valid, and in place, until Python and its libraries are done with it. May be called from any
    /// thread; it takes the GIL if the thread has not got it.
    /// </remarks>
    public static nint ToPython(this DlPackObject tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using Gil gil = Gil.Acquire();
        nint item = tensor.Device.device_type == DLDeviceType.kDLCPU
            ? PyTensor.Import(DlPack.Export(tensor), Protocol.DotNet)
            : ManagedTensors.ToPython(tensor);
        return item == 0 ? throw PythonError.Take() : item;
    }
}
