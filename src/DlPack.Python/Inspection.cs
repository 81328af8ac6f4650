using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Tells every field of a tensor, and what is live. All members need the GIL.</summary>
internal static unsafe class Inspection
{
    /// <summary>A dict of what a capsule carries, or of what an object lends.</summary>
    /// <returns>A new reference, or 0 with an error.</returns>
    public static nint Of(nint item)
    {
        if (Py.TypeOf(item) == PythonApi.CapsuleType)
        {
            return OfCapsule(item);
        }

        nint tensor = Reader.Read(item, default);
        if (tensor == 0)
        {
            return 0;
        }

        var self = (PyTensor*)tensor;
        var dict = new DictBuilder();
        dict.Add("protocol", self->Protocol.ToText());
        dict.Add("version", DLPackVersion.Current);
        AddFlags(ref dict, self->Flags);
        AddTensor(ref dict, &self->Tensor);
        if (self->ProducerStream != PyTensor.NoStream)
        {
            dict.Add("stream", self->ProducerStream);
        }

        Py.DecRef(tensor);
        return dict.Finish();
    }

    /// <summary>A dict of what has been made and not released.</summary>
    public static nint Live()
    {
        var dict = new DictBuilder();
        dict.Add("tensors", PyTensor.LiveCount);
        dict.Add("lent", Lending.LiveCount);
        dict.Add("queued", BridgeState.Queued);
        dict.Add("objects", DlPackDiagnostics.LiveObjects);
        dict.Add("capsules", DlPackDiagnostics.LiveCapsules);
        dict.Add("blocks", DlPackDiagnostics.LiveBlocks);
        dict.Add("pins", DlPackDiagnostics.LivePins);
        dict.Add("allocations", DlPackDiagnostics.LiveAllocations);
        dict.Add("imports", DlPackDiagnostics.LiveImports);
        return dict.Finish();
    }

    private static nint OfCapsule(nint capsule)
    {
        byte* name = PythonApi.PyCapsule_GetName(capsule);
        var dict = new DictBuilder();
        dict.Add("name", Text.From(name));
        if (Text.Is(name, "dltensor_versioned"u8))
        {
            var tensor = (DLManagedTensorVersioned*)PythonApi.PyCapsule_GetPointer(capsule, name);
            dict.Add("version", tensor->version);
            dict.Add("manager_ctx", (ulong)tensor->manager_ctx);
            dict.Add("deleter", (ulong)tensor->deleter);

            // What comes behind is laid out in another way in another major version.
            if (tensor->version.major == DLPackVersion.Current.major)
            {
                AddFlags(ref dict, tensor->flags);
                AddTensor(ref dict, &tensor->dl_tensor);
            }
        }
        else if (Text.Is(name, "dltensor"u8))
        {
            var tensor = (DLManagedTensor*)PythonApi.PyCapsule_GetPointer(capsule, name);
            dict.Add("version", default(DLPackVersion?));
            dict.Add("manager_ctx", (ulong)tensor->manager_ctx);
            dict.Add("deleter", (ulong)tensor->deleter);
            AddTensor(ref dict, &tensor->dl_tensor);
        }
        else
        {
            dict.Finish(discard: true);
            string found = Text.From(name);
            return PythonError.Set(
                PythonApi.BufferError,
                found.StartsWith("used_dltensor", StringComparison.Ordinal)
                    ? $"The capsule is named \"{found}\": it has been consumed, and its tensor may be gone."
                    : $"The capsule is named \"{found}\", not \"dltensor_versioned\" or \"dltensor\".");
        }

        return dict.Finish();
    }

    private static void AddFlags(ref DictBuilder dict, DLPackFlags flags)
    {
        dict.Add("flags", (ulong)flags);
        dict.Add("readonly", (flags & DLPackFlags.ReadOnly) != 0);
        dict.Add("copied", (flags & DLPackFlags.IsCopied) != 0);
        dict.Add("padded", (flags & DLPackFlags.IsSubByteTypePadded) != 0);
    }

    private static void AddTensor(ref DictBuilder dict, DLTensor* tensor)
    {
        dict.Add("data", (ulong)tensor->data);
        dict.Add("device", (long)tensor->device.device_type, tensor->device.device_id);
        dict.Add("ndim", tensor->ndim);
        dict.Add("dtype", tensor->dtype.ToString());
        dict.Add("code", (long)tensor->dtype.code);
        dict.Add("bits", tensor->dtype.bits);
        dict.Add("lanes", tensor->dtype.lanes);
        bool isSane = tensor->ndim is >= 0 and <= DimensionLimit.Most;
        dict.Add("shape", isSane ? tensor->shape : null, tensor->ndim);
        dict.Add("strides", isSane ? tensor->strides : null, tensor->ndim);
        dict.Add("byte_offset", tensor->byte_offset);
    }
}
