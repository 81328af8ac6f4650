namespace DlPackNet.Tests.Native;

/// <summary>libtorch's element types that DLPack has a code for (C++: <c>c10::ScalarType</c>).</summary>
internal enum TorchDType
{
    UInt8 = 0,
    Int8 = 1,
    Int16 = 2,
    Int32 = 3,
    Int64 = 4,
    Float16 = 5,
    Float32 = 6,
    Float64 = 7,
    Complex32 = 8,
    Complex64 = 9,
    Complex128 = 10,
    Bool = 11,
    BFloat16 = 15,
    Float8E5M2 = 23,
    Float8E4M3FN = 24,
    Float8E5M2FNUZ = 25,
    Float8E4M3FNUZ = 26,
    UInt16 = 27,
    UInt32 = 28,
    UInt64 = 29,
    Float8E8M0FNU = 44,

    /// <summary>Two 4-bit floats in a byte count as one element: lanes is 2.</summary>
    Float4E2M1FNx2 = 45,
}
