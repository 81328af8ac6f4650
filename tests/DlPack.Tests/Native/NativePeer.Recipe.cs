using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Tests.Native;

internal static unsafe partial class NativePeer
{
    /// <summary>Which of the two structs a <c>void*</c> is.</summary>
    private enum Kind
    {
        Legacy,
        Versioned,
    }

    private static void* Produce(PeerTensor tensor, Kind kind)
    {
        fixed (long* shape = tensor.Shape, strides = tensor.Strides)
        {
            var recipe = new Recipe
            {
                Device = tensor.Device,
                DType = tensor.DType,
                Ndim = tensor.Shape.Length,
                Shape = shape,
                Strides = strides,
                ByteOffset = tensor.ByteOffset,
                Flags = tensor.Flags,
                Version = tensor.Version,
                Kind = kind,
                SendNullStrides = tensor.SendsNullStrides ? 1 : 0,
                SendNullDeleter = tensor.SendsNullDeleter ? 1 : 0,
                PoisonAfterFlags = tensor.PoisonsAfterFlags ? 1 : 0,
            };
            return Imports.peer_produce(&recipe);
        }
    }

    /// <summary><c>PeerRecipe</c> of peer.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Recipe
    {
        public DLDevice Device;
        public DLDataType DType;
        public int Ndim;
        public long* Shape;
        public long* Strides;
        public ulong ByteOffset;
        public DLPackFlags Flags;
        public DLPackVersion Version;
        public Kind Kind;
        public int SendNullStrides;
        public int SendNullDeleter;
        public int PoisonAfterFlags;
    }
}
