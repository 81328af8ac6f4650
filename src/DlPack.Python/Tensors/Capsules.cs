using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>The capsules in which <c>__dlpack__</c> hands tensors over. All members need the GIL.</summary>
internal static unsafe class Capsules
{
    /// <summary>What Python calls.</summary>
    public static nint[] Callbacks =>
    [
        (nint)(delegate* unmanaged[Cdecl]<nint, void>)&OnDestroyVersioned,
        (nint)(delegate* unmanaged[Cdecl]<nint, void>)&OnDestroyLegacy,
    ];

    private static ReadOnlySpan<byte> Versioned => "dltensor_versioned"u8;

    private static ReadOnlySpan<byte> Legacy => "dltensor"u8;

    /// <summary>A capsule with a tensor, which is released if this fails.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static nint New(DLManagedTensorVersioned* tensor)
    {
        nint capsule = PythonApi.PyCapsule_New(
            tensor, Text.Literal(Versioned), (nint)(delegate* unmanaged[Cdecl]<nint, void>)&OnDestroyVersioned);
        if (capsule == 0)
        {
            tensor->deleter(tensor);
        }

        return capsule;
    }

    /// <summary>A capsule with a legacy tensor, which is released if this fails.</summary>
    public static nint New(DLManagedTensor* tensor)
    {
        nint capsule = PythonApi.PyCapsule_New(
            tensor, Text.Literal(Legacy), (nint)(delegate* unmanaged[Cdecl]<nint, void>)&OnDestroyLegacy);
        if (capsule == 0)
        {
            tensor->deleter(tensor);
        }

        return capsule;
    }

    /// <summary>Takes what a capsule carries, which is consumed by that.</summary>
    /// <returns>A new DLPackObject, or 0 with an error.</returns>
    public static nint Consume(nint capsule, Protocol protocol, long producerStream = PyTensor.NoStream)
    {
        byte* name = PythonApi.PyCapsule_GetName(capsule);
        if (Text.Is(name, Versioned))
        {
            void* tensor = PythonApi.PyCapsule_GetPointer(capsule, name);
            return tensor is not null
                && PythonApi.PyCapsule_SetName(capsule, Text.Literal("used_dltensor_versioned"u8)) == 0
                    ? PyTensor.Import((DLManagedTensorVersioned*)tensor, protocol, producerStream)
                    : 0;
        }

        if (Text.Is(name, Legacy))
        {
            void* tensor = PythonApi.PyCapsule_GetPointer(capsule, name);
            return tensor is not null
                && PythonApi.PyCapsule_SetName(capsule, Text.Literal("used_dltensor"u8)) == 0
                    ? PyTensor.Import((DLManagedTensor*)tensor, protocol, producerStream)
                    : 0;
        }

        string found = Text.From(name);
        return PythonError.Set(
            PythonApi.BufferError,
            found.StartsWith("used_dltensor", StringComparison.Ordinal)
                ? $"The capsule is named \"{found}\": it has been consumed, and a tensor has one consumer. Ask the "
                    + "producer for a new one by __dlpack__()."
                : $"The capsule is named \"{found}\", not \"dltensor_versioned\" or \"dltensor\": it carries "
                    + "something else.");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDestroyVersioned(nint capsule)
    {
        if (ForkedChild.IsHere)
        {
            return;
        }

        byte* name = PythonApi.PyCapsule_GetName(capsule);
        if (!IsUnused(name, Versioned))
        {
            return;
        }

        var tensor = (DLManagedTensorVersioned*)PythonApi.GetKnownPointer(capsule, name);
        if (!Lending.TryReturn(tensor))
        {
            using PendingError aside = PendingError.PutAside();
            tensor->deleter(tensor);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void OnDestroyLegacy(nint capsule)
    {
        if (ForkedChild.IsHere)
        {
            return;
        }

        byte* name = PythonApi.PyCapsule_GetName(capsule);
        if (!IsUnused(name, Legacy))
        {
            return;
        }

        var tensor = (DLManagedTensor*)PythonApi.GetKnownPointer(capsule, name);
        if (!Lending.TryReturn(tensor))
        {
            using PendingError aside = PendingError.PutAside();
            tensor->deleter(tensor);
        }
    }

    // Usually the very string that it was named by; consumers that give it back may have one of their own.
    private static bool IsUnused(byte* name, ReadOnlySpan<byte> unused) =>
        name == Text.Literal(unused) || Text.Is(name, unused);
}
