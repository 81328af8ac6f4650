using Apache.Arrow;
using DlPackNet.Interop;

namespace DlPackNet;

/// <summary>The methods of <see cref="ArrowExtensions"/> in the form <c>DlPack.AsDlPack(array)</c>.</summary>
public static class ArrowFactory
{
    extension(DlPack)
    {
        /// <inheritdoc cref="ArrowExtensions.AsDlPack(IArrowArray, bool)"/>
        public static DlPackObject AsDlPack(IArrowArray array, bool isWritable = false) =>
            ArrowExtensions.AsDlPack(array, isWritable);

        /// <inheritdoc cref="ArrowExtensions.AsDlPack(ArrowBuffer, DLDataType?, bool)"/>
        public static DlPackObject AsDlPack(ArrowBuffer buffer, DLDataType? dtype = null, bool isWritable = false) =>
            ArrowExtensions.AsDlPack(buffer, dtype, isWritable);
    }
}
