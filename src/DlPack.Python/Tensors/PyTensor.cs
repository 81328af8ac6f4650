using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>
/// The Python object <c>dlpack.DLPackObject</c>: a tensor that somebody may borrow, with nothing on the managed heap.
/// </summary>
/// <remarks>
/// It never changes. Everything that is lent holds a reference to it, and its end releases what keeps the memory. Shape
/// and strides are its own, and the first struct that is lent lies in it, so that lending allocates nothing.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct PyTensor
{
    /// <summary>The dimensions for which there is room within.</summary>
    public const int InlineDimensions = 4;

    /// <summary>No stream: the content is complete.</summary>
    public const long NoStream = long.MinValue;

    // Tensors of tensors of tensors … end within each other, each on the stack of the one before.
    private const int MostEndsWithinEachOther = 50;

    private static int _endsUnderWay;
    private static PyTensor* _nextToEnd;

    // The head of every Python object.
    public nint RefCount;
    public nint Type;

    /// <summary>In canonical form; shape and strides are in <see cref="_room"/> or in memory of their own.</summary>
    public DLTensor Tensor;

    public DLPackFlags Flags;
    public PyTensorSource SourceKind;

    /// <summary>By which protocol it came in.</summary>
    public Protocol Protocol;

    /// <summary>During which start of Python it was made.</summary>
    public int Generation;

    /// <summary>Whether <see cref="Inline"/> is lent.</summary>
    public int IsInlineLent;

    /// <summary>A Python object, a tensor that came in, or a GC handle, as the kind says.</summary>
    public nint Source;

    /// <summary>The stream on whose work the content depends, or <see cref="NoStream"/>.</summary>
    public long ProducerStream
    {
        readonly get => Streams.OnAnyThread(Tensor.device.device_type, _producerStream);
        set => _producerStream = value;
    }

    /// <summary>The view of <see cref="PyTensorSource.View"/>; it must not move.</summary>
    public PyBuffer View;

    /// <summary>The struct that is lent first.</summary>
    public DLManagedTensorVersioned Inline;

    /// <summary>Of those that wait for their end, the one behind this.</summary>
    public PyTensor* NextToEnd;

    private long _producerStream;
    private fixed long _room[2 * InlineDimensions];

    /// <summary>How many there are.</summary>
    public static long LiveCount { get; private set; }

    /// <summary>
    /// Whether a stream has nothing to wait for, where the tensor has just come in: both are of the calling thread, and
    /// so are their per-thread default streams.
    /// </summary>
    public readonly bool IsReadyFor(long stream) => _producerStream == NoStream || _producerStream == stream;

    public readonly ReadOnlySpan<long> Shape => new(Tensor.shape, Tensor.ndim);

    public readonly ReadOnlySpan<long> Strides => new(Tensor.strides, Tensor.ndim);

    public readonly bool IsReadOnly => (Flags & DLPackFlags.ReadOnly) != 0;

    /// <summary>The number of elements.</summary>
    public readonly long Length
    {
        get
        {
            long length = 1;
            foreach (long extent in Shape)
            {
                length *= extent;
            }

            return length;
        }
    }

    /// <summary>
    /// A new object without memory, of which Python's collector does not know yet, or null with an error. Needs the
    /// GIL.
    /// </summary>
    public static PyTensor* New(Protocol protocol)
    {
        var tensor = (PyTensor*)PythonApi._PyObject_GC_New(PyTensorType.Type);
        if (tensor is not null)
        {
            // All but what is written before it is read: the struct that is lent, and the room for the dimensions.
            tensor->Tensor = default;
            tensor->Flags = DLPackFlags.None;
            tensor->SourceKind = PyTensorSource.None;
            tensor->Protocol = protocol;
            tensor->Generation = BridgeState.Generation;
            tensor->IsInlineLent = 0;
            tensor->Source = 0;
            tensor->ProducerStream = NoStream;
            tensor->View = default;
            tensor->NextToEnd = null;
            LiveCount++;
        }

        return tensor;
    }

    /// <summary>Says what the memory is. What keeps it must be set before.</summary>
    /// <exception cref="DlPackException">The tensor contradicts the specification.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Describe(PyTensor* self, DLTensor* tensor, DLPackFlags flags)
    {
        // Not even as long as it takes to check it can a wrong number be trusted.
        if (tensor->ndim is > InlineDimensions and <= ushort.MaxValue)
        {
            DescribeInRoomOfItsOwn(self, tensor, flags);
        }
        else
        {
            // Nothing is written if this throws.
            self->Flags = DlPack.ReadTensor(tensor, flags, &self->Tensor, self->_room);
        }
    }

    /// <summary>Takes in a tensor that somebody lends, which is released if this fails.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint Import(DLManagedTensorVersioned* tensor, Protocol protocol, long producerStream = NoStream)
    {
        PyTensor* self = New(protocol);
        if (self is null)
        {
            using PendingError noMemory = PendingError.PutAside();
            DlPack.Release(tensor);
            return 0;
        }

        self->SourceKind = PyTensorSource.Versioned;
        self->Source = (nint)tensor;
        self->ProducerStream = producerStream;
        DLPackVersion version = tensor->version;
        if (version.major == DLPackVersion.Current.major)
        {
            return DescribeOrDrop(self, &tensor->dl_tensor, tensor->flags);
        }

        DropReference(self);
        return PythonError.Set(
            PythonApi.BufferError,
            $"The tensor has DLPack version {version}; this library reads version {DLPackVersion.Current.major}. Ask "
            + "the producer for that, by max_version.");
    }

    /// <summary>Takes in a legacy tensor that somebody lends, which is released if this fails.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint Import(DLManagedTensor* tensor, Protocol protocol, long producerStream = NoStream)
    {
        PyTensor* self = New(protocol);
        if (self is null)
        {
            using PendingError noMemory = PendingError.PutAside();
            DlPack.Release(tensor);
            return 0;
        }

        self->SourceKind = PyTensorSource.Legacy;
        self->Source = (nint)tensor;
        self->ProducerStream = producerStream;
        return DescribeOrDrop(self, &tensor->dl_tensor, DLPackFlags.None);
    }

    /// <summary>
    /// As <see cref="Describe"/>, where what fails becomes a Python error. Python's collector learns of the object
    /// here, if there is anything for it to see.
    /// </summary>
    /// <returns>The object, or 0 with an error; the reference is dropped then.</returns>
    public static nint DescribeOrDrop(PyTensor* self, DLTensor* tensor, DLPackFlags flags)
    {
        try
        {
            Describe(self, tensor, flags);
            if (self->SourceKind is PyTensorSource.Reference or PyTensorSource.View)
            {
                PythonApi.PyObject_GC_Track(self);
            }

            return (nint)self;
        }
        catch (Exception e)
        {
            DropReference(self);
            return PythonError.Set(e);
        }
    }

    /// <summary>Takes a reference. Needs the GIL, and the object is our own: that is an addition.</summary>
    public static void TakeReference(PyTensor* self) => self->RefCount++;

    /// <summary>Gives a reference back. Needs the GIL.</summary>
    public static void DropReference(PyTensor* self) => Py.DecRef((nint)self);

    /// <summary>
    /// Tells Python's collector of the objects that this one holds, so that a cycle through it is seen. What a foreign
    /// tensor holds behind its deleter nobody can tell.
    /// </summary>
    public static int Traverse(PyTensor* self, delegate* unmanaged[Cdecl]<nint, nint, int> visit, nint argument)
    {
        nint held = self->SourceKind switch
        {
            PyTensorSource.Reference => self->Source,
            PyTensorSource.View => self->View.Obj,
            _ => 0,
        };
        int result = visit(self->Type, argument);
        return result != 0 || held == 0 ? result : visit(held, argument);
    }

    /// <summary>The end of the object, called by Python.</summary>
    public static void Free(PyTensor* self)
    {
        PythonApi.PyObject_GC_UnTrack(self);
        if (_endsUnderWay == MostEndsWithinEachOther)
        {
            self->NextToEnd = _nextToEnd;
            _nextToEnd = self;
            return;
        }

        _endsUnderWay++;
        try
        {
            End(self);
            while (_endsUnderWay == 1 && _nextToEnd is not null)
            {
                PyTensor* next = _nextToEnd;
                _nextToEnd = next->NextToEnd;
                End(next);
            }
        }
        finally
        {
            _endsUnderWay--;
        }
    }

    private static void End(PyTensor* self)
    {
        using (PendingError.PutAside())
        {
            ReleaseSource(self);
        }

        if (self->Tensor.shape is not null && self->Tensor.shape != self->_room)
        {
            NativeMemory.Free(self->Tensor.shape);
        }

        LiveCount--;
        nint type = self->Type;
        PythonApi.PyObject_GC_Del(self);
        Py.DecRef(type);
    }

    private static void DescribeInRoomOfItsOwn(PyTensor* self, DLTensor* tensor, DLPackFlags flags)
    {
        var room = (long*)NativeMemory.Alloc((nuint)tensor->ndim, 2 * sizeof(long));
        try
        {
            self->Flags = DlPack.ReadTensor(tensor, flags, &self->Tensor, room);
        }
        catch
        {
            NativeMemory.Free(room);
            throw;
        }
    }

    private static void ReleaseSource(PyTensor* self)
    {
        // Once Python ends, the code of foreign deleters may have gone before us; .NET's own stays.
        bool isGone = BridgeState.IsClosing && self->Protocol != Protocol.DotNet;
        switch (self->SourceKind)
        {
            case PyTensorSource.Versioned or PyTensorSource.Legacy when isGone:
                break;
            case PyTensorSource.Reference:
                Py.DecRef(self->Source);
                break;
            case PyTensorSource.View:
                PythonApi.PyBuffer_Release(&self->View);
                break;
            case PyTensorSource.Versioned:
                DlPack.Release((DLManagedTensorVersioned*)self->Source);
                break;
            case PyTensorSource.Legacy:
                DlPack.Release((DLManagedTensor*)self->Source);
                break;
            case PyTensorSource.Managed:
                GCHandle handle = GCHandle.FromIntPtr(self->Source);
                ((DlPackObject)handle.Target!).Dispose();
                handle.Free();
                break;
        }
    }
}
