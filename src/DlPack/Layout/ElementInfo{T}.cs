using System.Runtime.CompilerServices;
using DlPackNet.Interop;

namespace DlPackNet.Layout;

/// <summary>The natural meaning of <typeparamref name="T"/>, looked up once.</summary>
internal static class ElementInfo<T>
    where T : unmanaged
{
    private static readonly ElementInfo _natural = ElementInfo.For(typeof(T));

    // Apart, so that the compiler can treat them as constants.
    private static readonly DLDataType _naturalDType = _natural.DType;
    private static readonly bool _isScalar = _natural.IsKnown && _natural.InnerShape.Length == 0;

    /// <summary>The natural meaning; not known where there is none.</summary>
    public static ElementInfo Natural => _natural;

    /// <summary>The natural dtype; all zero where there is none.</summary>
    public static DLDataType NaturalDType => _naturalDType;

    /// <summary>Whether the natural meaning is one element of a dtype.</summary>
    public static bool IsScalar => _isScalar;

    /// <summary>The meaning that the caller wants, or the natural one.</summary>
    /// <exception cref="ArgumentException">There is none, or its size differs.</exception>
    public static unsafe ElementInfo Resolve(DLDataType? dtype) =>
        dtype is null && _natural.IsKnown
            ? _natural
            : ElementInfo.Resolve(_natural, typeof(T), sizeof(T), dtype);

    /// <summary>The dtype that the caller wants, or the natural one.</summary>
    /// <exception cref="ArgumentException">There is none, or its size differs.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static DLDataType ResolveDType(DLDataType? dtype) =>
        dtype is null && _naturalDType.bits != 0 ? _naturalDType : Resolve(dtype).DType;
}
