using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace DlPackNet.Layout;

internal static unsafe partial class StridedCopy
{
    /// <summary>A vector of one or more lanes, each with items of a row of its own.</summary>
    private interface ILanes<TVector>
        where TVector : unmanaged
    {
        /// <summary>Lanes in a vector.</summary>
        static abstract int Count { get; }

        /// <summary>Loads each lane, <paramref name="stride"/> bytes after the one before it.</summary>
        static abstract TVector Load(byte* source, nint stride);

        /// <summary>Stores all lanes, one after the other.</summary>
        static abstract void Store(TVector vector, byte* destination);

        /// <summary>In each lane, the lower halves of both: left 0, right 0, left 1, right 1, …</summary>
        static abstract TVector ZipLow(TVector left, TVector right);

        /// <summary>In each lane, the upper halves of both.</summary>
        static abstract TVector ZipHigh(TVector left, TVector right);
    }

    private readonly struct Lanes128<T> : ILanes<Vector128<T>>
        where T : unmanaged
    {
        public static bool IsSupported => Sse2.IsSupported || AdvSimd.Arm64.IsSupported;

        public static int Count => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> Load(byte* source, nint stride) => Vector128.Load(source).As<byte, T>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector128<T> vector, byte* destination) => vector.AsByte().Store(destination);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> ZipLow(Vector128<T> left, Vector128<T> right) => sizeof(T) switch
        {
            1 when Sse2.IsSupported => Sse2.UnpackLow(left.AsByte(), right.AsByte()).As<byte, T>(),
            2 when Sse2.IsSupported => Sse2.UnpackLow(left.AsUInt16(), right.AsUInt16()).As<ushort, T>(),
            4 when Sse2.IsSupported => Sse2.UnpackLow(left.AsUInt32(), right.AsUInt32()).As<uint, T>(),
            8 when Sse2.IsSupported => Sse2.UnpackLow(left.AsUInt64(), right.AsUInt64()).As<ulong, T>(),
            1 => AdvSimd.Arm64.ZipLow(left.AsByte(), right.AsByte()).As<byte, T>(),
            2 => AdvSimd.Arm64.ZipLow(left.AsUInt16(), right.AsUInt16()).As<ushort, T>(),
            4 => AdvSimd.Arm64.ZipLow(left.AsUInt32(), right.AsUInt32()).As<uint, T>(),
            _ => AdvSimd.Arm64.ZipLow(left.AsUInt64(), right.AsUInt64()).As<ulong, T>(),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector128<T> ZipHigh(Vector128<T> left, Vector128<T> right) => sizeof(T) switch
        {
            1 when Sse2.IsSupported => Sse2.UnpackHigh(left.AsByte(), right.AsByte()).As<byte, T>(),
            2 when Sse2.IsSupported => Sse2.UnpackHigh(left.AsUInt16(), right.AsUInt16()).As<ushort, T>(),
            4 when Sse2.IsSupported => Sse2.UnpackHigh(left.AsUInt32(), right.AsUInt32()).As<uint, T>(),
            8 when Sse2.IsSupported => Sse2.UnpackHigh(left.AsUInt64(), right.AsUInt64()).As<ulong, T>(),
            1 => AdvSimd.Arm64.ZipHigh(left.AsByte(), right.AsByte()).As<byte, T>(),
            2 => AdvSimd.Arm64.ZipHigh(left.AsUInt16(), right.AsUInt16()).As<ushort, T>(),
            4 => AdvSimd.Arm64.ZipHigh(left.AsUInt32(), right.AsUInt32()).As<uint, T>(),
            _ => AdvSimd.Arm64.ZipHigh(left.AsUInt64(), right.AsUInt64()).As<ulong, T>(),
        };
    }

    private readonly struct Lanes256<T> : ILanes<Vector256<T>>
        where T : unmanaged
    {
        public static bool IsSupported => Avx2.IsSupported;

        public static int Count => 2;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> Load(byte* source, nint stride) =>
            Vector256.Create(Vector128.Load(source), Vector128.Load(source + stride)).As<byte, T>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<T> vector, byte* destination) => vector.AsByte().Store(destination);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> ZipLow(Vector256<T> left, Vector256<T> right) => sizeof(T) switch
        {
            1 => Avx2.UnpackLow(left.AsByte(), right.AsByte()).As<byte, T>(),
            2 => Avx2.UnpackLow(left.AsUInt16(), right.AsUInt16()).As<ushort, T>(),
            4 => Avx2.UnpackLow(left.AsUInt32(), right.AsUInt32()).As<uint, T>(),
            _ => Avx2.UnpackLow(left.AsUInt64(), right.AsUInt64()).As<ulong, T>(),
        };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<T> ZipHigh(Vector256<T> left, Vector256<T> right) => sizeof(T) switch
        {
            1 => Avx2.UnpackHigh(left.AsByte(), right.AsByte()).As<byte, T>(),
            2 => Avx2.UnpackHigh(left.AsUInt16(), right.AsUInt16()).As<ushort, T>(),
            4 => Avx2.UnpackHigh(left.AsUInt32(), right.AsUInt32()).As<uint, T>(),
            _ => Avx2.UnpackHigh(left.AsUInt64(), right.AsUInt64()).As<ulong, T>(),
        };
    }
}
