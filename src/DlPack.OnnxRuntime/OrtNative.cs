using System.Buffers;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>
/// ONNX Runtime's C functions, and what they need of an <see cref="OrtValue"/>: its handle, and who releases that.
/// </summary>
/// <remarks>
/// The .NET library keeps both to itself. Its public members cost several times what the rest of a hand-over does, tell
/// no address above 2 GiB, know fewer element types, and make no value that ONNX Runtime itself holds. Where a version
/// of it has other private members, nothing here is available, and the adapter goes by the public ones.
/// </remarks>
internal static unsafe class OrtNative
{
    private const BindingFlags Private = BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    static OrtNative()
    {
        try
        {
            IsAvailable = HasPrivateMembers() && Load();
        }
        catch (Exception e) when (e is MissingMemberException or TypeLoadException or TypeInitializationException)
        {
            // Where ONNX Runtime itself is what cannot be loaded, its public members say so.
        }
    }

    /// <summary>Whether they were found. Tests switch it off to go by the public members.</summary>
    public static bool IsAvailable { get; set; }

    /// <summary><c>GetTensorElementTypeAndShapeDataReference</c>: the shape is the value's own memory.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<nint, int*, long**, nuint*, nint> GetTypeAndShape
    {
        get;
        private set;
    }

    /// <summary><c>GetTensorMutableData</c>.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<nint, nint*, nint> GetData { get; private set; }

    /// <summary><c>GetTensorMemoryInfo</c>: the result is the value's own memory.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<nint, nint*, nint> GetMemoryInfo { get; private set; }

    /// <summary><c>MemoryInfoGetDeviceType</c>.</summary>
    public static delegate* unmanaged[SuppressGCTransition]<nint, OrtMemoryInfoDeviceType*, void> GetDeviceType
    {
        get;
        private set;
    }

    /// <summary><c>CreateTensorWithDataAndDeleterAsOrtValue</c>.</summary>
    public static delegate* unmanaged<OrtDeleter*, void*, nuint, long*, nuint, int, nint*, nint> CreateTensor
    {
        get;
        private set;
    }

    /// <summary><c>ReleaseValue</c>.</summary>
    public static delegate* unmanaged<nint, void> ReleaseValue { get; private set; }

    private static delegate* unmanaged<nint, byte*> GetErrorMessage { get; set; }

    private static delegate* unmanaged<nint, void> ReleaseStatus { get; set; }

    /// <summary>The <c>OrtValue*</c>; 0 once the value is disposed.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_Handle")]
    public static extern nint Handle(OrtValue value);

    /// <summary>Whether disposing the value releases its handle.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_owned")]
    public static extern ref bool IsOwned(OrtValue value);

    /// <summary>What keeps memory of .NET in place until the value is disposed.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_memHandle")]
    public static extern ref MemoryHandle? Pin(OrtValue value);

    /// <summary>A value with a handle, which it releases.</summary>
    [UnsafeAccessor(UnsafeAccessorKind.Constructor)]
    public static extern OrtValue NewValue(nint handle, OnnxValueType type);

    /// <summary>Throws what a function complains of.</summary>
    /// <param name="status">An <c>OrtStatus*</c>, released here; 0 if all is well.</param>
    /// <exception cref="DlPackException">It is not 0.</exception>
    public static void Check(nint status)
    {
        if (status != 0)
        {
            throw Refusal(status);
        }
    }

    // Apart from the check, so that what passes it is quick.
    private static DlPackException Refusal(nint status)
    {
        string? message = Marshal.PtrToStringUTF8((nint)GetErrorMessage(status));
        ReleaseStatus(status);
        return new DlPackException($"ONNX Runtime refuses: {message}.");
    }

    private static bool HasPrivateMembers()
    {
        Type type = typeof(OrtValue);
        return type.GetProperty("Handle", Private | BindingFlags.Instance)?.PropertyType == typeof(nint)
            && type.GetField("_owned", Private | BindingFlags.Instance)?.FieldType == typeof(bool)
            && type.GetField("_memHandle", Private | BindingFlags.Instance)?.FieldType == typeof(MemoryHandle?)
            && type.GetConstructor(
                Private | BindingFlags.Instance, [typeof(nint), typeof(OnnxValueType)]) is not null;
    }

    private static bool Load()
    {
        // The very table by which the .NET library calls: whatever native library it has found.
        FieldInfo? table = Type.GetType("Microsoft.ML.OnnxRuntime.NativeMethods, Microsoft.ML.OnnxRuntime")?
            .GetField("api_", Private | BindingFlags.Static);
        if (table?.GetValue(null) is not OrtApi api)
        {
            return false;
        }

        GetTypeAndShape = (delegate* unmanaged[SuppressGCTransition]<nint, int*, long**, nuint*, nint>)
            api.GetTensorElementTypeAndShapeDataReference;
        GetData = (delegate* unmanaged[SuppressGCTransition]<nint, nint*, nint>)api.GetTensorMutableData;
        GetMemoryInfo = (delegate* unmanaged[SuppressGCTransition]<nint, nint*, nint>)api.GetTensorMemoryInfo;
        GetDeviceType = (delegate* unmanaged[SuppressGCTransition]<nint, OrtMemoryInfoDeviceType*, void>)
            api.MemoryInfoGetDeviceType;
        CreateTensor = (delegate* unmanaged<OrtDeleter*, void*, nuint, long*, nuint, int, nint*, nint>)
            api.CreateTensorWithDataAndDeleterAsOrtValue;
        ReleaseValue = (delegate* unmanaged<nint, void>)api.ReleaseValue;
        GetErrorMessage = (delegate* unmanaged<nint, byte*>)api.GetErrorMessage;
        ReleaseStatus = (delegate* unmanaged<nint, void>)api.ReleaseStatus;
        return true;
    }
}
