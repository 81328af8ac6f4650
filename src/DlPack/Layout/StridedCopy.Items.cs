using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet.Layout;

internal static unsafe partial class StridedCopy
{
    /// <summary>Copies one item. A struct, so that each loop is compiled with its item copy inlined.</summary>
    private interface IItem
    {
        void Copy(byte* source, byte* destination);
    }

    /// <summary>An item that is exactly one <typeparamref name="T"/> wide.</summary>
    private readonly struct WholeItem<T> : IItem
        where T : unmanaged
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Copy(byte* source, byte* destination) =>
            Unsafe.WriteUnaligned(destination, Unsafe.ReadUnaligned<T>(source));
    }

    /// <summary>
    /// An item between one and two <typeparamref name="T"/> wide: one at its start, one at its end. Where the two
    /// overlap the same bytes are written twice, which is cheaper than a branch on what is left over.
    /// </summary>
    private readonly struct SplitItem<T>(nint width) : IItem
        where T : unmanaged
    {
        private readonly nint _second = width - sizeof(T);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Copy(byte* source, byte* destination)
        {
            T first = Unsafe.ReadUnaligned<T>(source);
            T second = Unsafe.ReadUnaligned<T>(source + _second);
            Unsafe.WriteUnaligned(destination, first);
            Unsafe.WriteUnaligned(destination + _second, second);
        }
    }

    /// <summary>An item long enough to be worth a call.</summary>
    private readonly struct LongItem(nint width) : IItem
    {
        public void Copy(byte* source, byte* destination) => Buffer.MemoryCopy(source, destination, width, width);
    }

    /// <summary>16 bytes that the compiler moves as one.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 16)]
    private readonly struct Block16
    {
        private readonly ulong _low;
        private readonly ulong _high;
    }

    /// <summary>32 bytes that the compiler moves as one.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 32)]
    private readonly struct Block32
    {
        private readonly Block16 _low;
        private readonly Block16 _high;
    }
}
