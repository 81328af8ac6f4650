using DlPackNet.Interop;
using DlPackNet.Python;

namespace DlPackNet;

/// <summary>Tensors from Python, in the form <c>DlPack.FromPython(pyObject)</c>.</summary>
public static unsafe class PythonFactory
{
    extension(DlPack)
    {
        /// <summary>A tensor on the memory of a Python object, without copying.</summary>
        /// <param name="pyObject">
        /// A borrowed <c>PyObject*</c> (pythonnet: <c>PyObject.Handle</c>): anything that offers DLPack, an array
        /// interface or the buffer protocol, or a capsule, which is consumed.
        /// </param>
        /// <param name="stream">
        /// Your stream, which is made to wait for the producer's: see <see cref="DlPackObject.Dlpack"/>. Null in main
        /// memory, also if you ask for that by <paramref name="device"/>: what is copied there is complete.
        /// </param>
        /// <param name="copy">true: always a fresh copy; false: never a copy; null: only if one is needed.</param>
        /// <param name="device">Where you want the tensor; null for where it is.</param>
        /// <returns>
        /// A new object, which the caller disposes. It is read-only if Python says so. It keeps the Python object's
        /// memory valid until the last borrower is done.
        /// </returns>
        /// <exception cref="ArgumentNullException"><paramref name="pyObject"/> is 0.</exception>
        /// <exception cref="DlPackException">
        /// The object cannot be lent: the message lists what was tried, and why each failed. Or Python is not running,
        /// or it cannot be found.
        /// </exception>
        /// <remarks>
        /// May be called from any thread; it takes the GIL if the thread has not got it. The result may be disposed on
        /// any thread. If it is not disposed, its reference waits for who has the GIL after the finalizer: see
        /// <see cref="DlPackPython.PendingReleases"/>.
        /// </remarks>
        public static DlPackObject FromPython(
            nint pyObject, long? stream = null, bool? copy = null, DLDevice? device = null)
        {
            if (pyObject == 0)
            {
                throw new ArgumentNullException(nameof(pyObject), "The Python object is NULL.");
            }

            using Gil gil = Gil.Acquire();
            using PendingError aside = PendingError.PutAside();
            nint tensor = Reader.Read(pyObject, new Request(stream, copy, device));
            if (tensor == 0)
            {
                throw PythonError.Take();
            }

            try
            {
                return ManagedTensors.Of((PyTensor*)tensor);
            }
            finally
            {
                Py.DecRef(tensor);
            }
        }

        /// <inheritdoc cref="PythonExtensions.ToPython(DlPackObject)"/>
        public static nint ToPython(DlPackObject tensor) => PythonExtensions.ToPython(tensor);
    }
}
