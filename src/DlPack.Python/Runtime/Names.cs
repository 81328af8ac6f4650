namespace DlPackNet.Python;

/// <summary>Interned strings and other constants, made once for each start of Python.</summary>
internal static unsafe class Names
{
    public static nint Name;
    public static nint QualifiedName;
    public static nint Module;
    public static nint NumPy;
    public static nint Generic;
    public static nint ExchangeApi;
    public static nint Dlpack;
    public static nint DlpackDevice;
    public static nint CudaArrayInterface;
    public static nint ArrayInterface;
    public static nint ArrayStruct;
    public static nint Stream;
    public static nint MaxVersion;
    public static nint DlDevice;
    public static nint Copy;
    public static nint Device;
    public static nint Register;
    public static nint HardMask;
    public static nint RequiresGrad;
    public static nint IsConjugated;
    public static nint IsNegated;
    public static nint Shape;
    public static nint TypeString;
    public static nint Data;
    public static nint Strides;
    public static nint Mask;
    public static nint Offset;
    public static nint VersionKey;
    public static nint DType;
    public static nint ArrayShape;
    public static nint ArrayTypeString;
    public static nint ArrayData;
    public static nint ArrayStrides;
    public static nint ArrayMask;
    public static nint ArrayOffset;

    /// <summary>The tuple ("max_version",): the names of a call's keyword arguments.</summary>
    public static nint OnlyMaxVersion;

    /// <summary>The tuple ("stream",).</summary>
    public static nint OnlyStream;

    /// <summary>The tuple ("stream", "max_version").</summary>
    public static nint StreamAndMaxVersion;

    /// <summary>The tuple ("stream", "max_version", "dl_device", "copy").</summary>
    public static nint AllArguments;

    /// <summary>The tuple (1, 3): our version of DLPack.</summary>
    public static nint Version;

    /// <summary>The tuple (1, 0): the CPU.</summary>
    public static nint Cpu;

    /// <summary>The number 1, of which there is one only.</summary>
    public static nint One;

    /// <summary>Makes them; needs the GIL.</summary>
    public static void Make()
    {
        Name = Intern("name"u8);
        QualifiedName = Intern("__qualname__"u8);
        Module = Intern("__module__"u8);
        NumPy = Intern("numpy"u8);
        Generic = Intern("generic"u8);
        ExchangeApi = Intern("__dlpack_c_exchange_api__"u8);
        Dlpack = Intern("__dlpack__"u8);
        DlpackDevice = Intern("__dlpack_device__"u8);
        CudaArrayInterface = Intern("__cuda_array_interface__"u8);
        ArrayInterface = Intern("__array_interface__"u8);
        ArrayStruct = Intern("__array_struct__"u8);
        Stream = Intern("stream"u8);
        MaxVersion = Intern("max_version"u8);
        DlDevice = Intern("dl_device"u8);
        Copy = Intern("copy"u8);
        Device = Intern("device"u8);
        Register = Intern("register"u8);
        HardMask = Intern("hardmask"u8);
        RequiresGrad = Intern("requires_grad"u8);
        IsConjugated = Intern("is_conj"u8);
        IsNegated = Intern("is_neg"u8);
        Shape = Intern("shape"u8);
        TypeString = Intern("typestr"u8);
        Data = Intern("data"u8);
        Strides = Intern("strides"u8);
        Mask = Intern("mask"u8);
        Offset = Intern("offset"u8);
        VersionKey = Intern("version"u8);
        DType = Intern("dtype"u8);
        ArrayShape = Intern("__array_shape__"u8);
        ArrayTypeString = Intern("__array_typestr__"u8);
        ArrayData = Intern("__array_data__"u8);
        ArrayStrides = Intern("__array_strides__"u8);
        ArrayMask = Intern("__array_mask__"u8);
        ArrayOffset = Intern("__array_offset__"u8);
        OnlyMaxVersion = Py.TupleOf(MaxVersion);
        OnlyStream = Py.TupleOf(Stream);
        StreamAndMaxVersion = Py.TupleOf(Stream, MaxVersion);
        AllArguments = Py.TupleOf(Stream, MaxVersion, DlDevice, Copy);
        Interop.DLPackVersion version = Interop.DLPackVersion.Current;
        Version = Py.NewPair(version.major, version.minor);
        Cpu = Py.NewPair((long)Interop.DLDeviceType.kDLCPU, 0);
        One = PythonApi.PyLong_FromLongLong(1);
    }

    /// <summary>An interned string.</summary>
    public static nint Intern(ReadOnlySpan<byte> literal) =>
        PythonApi.PyUnicode_InternFromString(Text.Literal(literal)) is not 0 and nint name
            ? name
            : throw PythonError.Take();
}
