using CommunityToolkit.HighPerformance;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>
/// The methods of <see cref="Memory2DExtensions"/> in the form <c>DlPack.AsDlPack(memory)</c>. A <c>MemoryOwner</c> has
/// it by <see cref="System.Buffers.IMemoryOwner{T}"/>.
/// </summary>
public static class Memory2DFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="Memory2DExtensions.AsDlPack{T}(Memory2D{T}, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(Memory2D<T> memory, DLDataType? dtype = null)
            where T : unmanaged => Memory2DExtensions.AsDlPack(memory, dtype);

        /// <inheritdoc cref="Memory2DExtensions.AsDlPack{T}(ReadOnlyMemory2D{T}, DLDataType?)"/>
        public static DlPackObject AsDlPack<T>(ReadOnlyMemory2D<T> memory, DLDataType? dtype = null)
            where T : unmanaged => Memory2DExtensions.AsDlPack(memory, dtype);
    }
}
