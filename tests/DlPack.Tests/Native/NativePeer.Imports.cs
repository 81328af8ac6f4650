using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Tests.Native;

internal static unsafe partial class NativePeer
{
    /// <summary>The name by which <see cref="NativeLibraries"/> knows the peer.</summary>
    public const string LibraryName = "peer";

    /// <summary>The functions of peer.h, as they are.</summary>
    private static class Imports
    {
        [DllImport(LibraryName)]
        public static extern byte* peer_complaint(void* tensor, Kind kind);

        [DllImport(LibraryName)]
        public static extern long peer_count(DLTensor* tensor);

        [DllImport(LibraryName)]
        public static extern double peer_read(DLTensor* tensor, long index);

        [DllImport(LibraryName)]
        public static extern void peer_write(DLTensor* tensor, long index, double value);

        [DllImport(LibraryName)]
        public static extern double peer_sum(DLTensor* tensor);

        [DllImport(LibraryName)]
        public static extern void peer_delete(void* tensor, Kind kind);

        [DllImport(LibraryName)]
        public static extern void peer_delete_on_thread(void* tensor, Kind kind);

        [DllImport(LibraryName)]
        public static extern void peer_delete_on_threads(void** tensors, int count, Kind kind);

        [DllImport(LibraryName)]
        public static extern int peer_delete_in_child(void** tensors, int count, Kind kind, int bytes);

        [DllImport(LibraryName)]
        public static extern nint peer_hold(void* tensor, Kind kind);

        [DllImport(LibraryName)]
        public static extern void peer_let_go(nint holder);

        [DllImport(LibraryName)]
        public static extern void* peer_produce(Recipe* recipe);

        [DllImport(LibraryName)]
        public static extern void peer_discard(void* tensor, Kind kind);

        [DllImport(LibraryName)]
        public static extern long peer_deleter_calls();

        [DllImport(LibraryName)]
        public static extern long peer_live_tensors();

        [DllImport(LibraryName)]
        public static extern void* peer_produce_bad(PeerFault fault, Kind kind);

        [DllImport(LibraryName)]
        public static extern void peer_floor_export(long times);

        [DllImport(LibraryName)]
        public static extern ulong peer_floor_import(DLManagedTensorVersioned* tensor, long times);
    }
}
