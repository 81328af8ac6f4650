using System.Runtime.InteropServices;
using DlPackNet.Interop;

namespace DlPackNet.Tests.Native;

/// <summary>
/// The other side of an exchange, written in C and compiled at the first call; where there is no C compiler, the
/// first call skips the test.
/// </summary>
internal static unsafe partial class NativePeer
{
    /// <summary>How often the C producer's deleter has been called.</summary>
    public static long DeleterCalls => Imports.peer_deleter_calls();

    /// <summary>How many tensors of the C producer were neither deleted nor discarded.</summary>
    public static long LiveTensors => Imports.peer_live_tensors();

    /// <summary>What a strict consumer finds wrong with a tensor, or null.</summary>
    public static string? Complaint(DLManagedTensorVersioned* tensor) => Complaint(tensor, Kind.Versioned);

    /// <inheritdoc cref="Complaint(DLManagedTensorVersioned*)"/>
    public static string? Complaint(DLManagedTensor* tensor) => Complaint(tensor, Kind.Legacy);

    /// <summary>The number of elements.</summary>
    public static long Count(DLTensor* tensor) =>
        Imports.peer_count(tensor);

    /// <summary>The element at a row-major index; NaN for complex, vector, fp8 and smaller types.</summary>
    public static double Read(DLTensor* tensor, long index) =>
        Imports.peer_read(tensor, index);

    /// <summary>Writes the element at a row-major index, in place.</summary>
    public static void Write(DLTensor* tensor, long index, double value) =>
        Imports.peer_write(tensor, index, value);

    /// <summary>The sum of all elements; NaN for the types that <see cref="Read"/> cannot read.</summary>
    public static double Sum(DLTensor* tensor) =>
        Imports.peer_sum(tensor);

    /// <summary>Calls the deleter on this thread, unless it is null.</summary>
    public static void Delete(DLManagedTensorVersioned* tensor) => Delete(tensor, Kind.Versioned);

    /// <inheritdoc cref="Delete(DLManagedTensorVersioned*)"/>
    public static void Delete(DLManagedTensor* tensor) => Delete(tensor, Kind.Legacy);

    /// <summary>Calls the deleter on a thread that .NET has never seen, and waits for it.</summary>
    public static void DeleteOnThread(DLManagedTensorVersioned* tensor) => DeleteOnThread(tensor, Kind.Versioned);

    /// <inheritdoc cref="DeleteOnThread(DLManagedTensorVersioned*)"/>
    public static void DeleteOnThread(DLManagedTensor* tensor) => DeleteOnThread(tensor, Kind.Legacy);

    /// <summary>
    /// Calls the deleters of versioned tensors at the same moment, each on a native thread of its own.
    /// </summary>
    /// <param name="tensors">Pointers to <see cref="DLManagedTensorVersioned"/>.</param>
    public static void DeleteOnThreads(params nint[] tensors) => DeleteOnThreads(tensors, Kind.Versioned);

    /// <summary>Calls the deleters of legacy tensors at the same moment, each on a native thread of its own.</summary>
    /// <param name="tensors">Pointers to <see cref="DLManagedTensor"/>.</param>
    public static void DeleteLegacyOnThreads(params nint[] tensors) => DeleteOnThreads(tensors, Kind.Legacy);

    /// <summary>Calls the deleters of versioned tensors in a forked child.</summary>
    /// <param name="tensors">Pointers to <see cref="DLManagedTensorVersioned"/>.</param>
    /// <param name="bytes">How much of each must stay as it is.</param>
    /// <returns>The child's exit status; 0 if it did as told, and all stayed as it was.</returns>
    public static int DeleteInChild(nint[] tensors, int bytes) => DeleteInChild(tensors, bytes, Kind.Versioned);

    /// <summary>As <see cref="DeleteInChild(nint[], int)"/>, for legacy tensors.</summary>
    public static int DeleteLegacyInChild(nint[] tensors, int bytes) => DeleteInChild(tensors, bytes, Kind.Legacy);

    /// <summary>Gives a tensor to a native thread that keeps it until <see cref="PeerHolder.LetGo"/>.</summary>
    public static PeerHolder Hold(DLManagedTensorVersioned* tensor) => Hold(tensor, Kind.Versioned);

    /// <inheritdoc cref="Hold(DLManagedTensorVersioned*)"/>
    public static PeerHolder Hold(DLManagedTensor* tensor) => Hold(tensor, Kind.Legacy);

    /// <summary>Makes a tensor in C. Its deleter counts in <see cref="DeleterCalls"/>.</summary>
    public static DLManagedTensorVersioned* Versioned(PeerTensor tensor) =>
        (DLManagedTensorVersioned*)Produce(tensor, Kind.Versioned);

    /// <inheritdoc cref="Versioned"/>
    public static DLManagedTensor* Legacy(PeerTensor tensor) => (DLManagedTensor*)Produce(tensor, Kind.Legacy);

    /// <summary>Makes a 2 x 3 float32 tensor in C with something wrong about it. Its deleter works.</summary>
    public static DLManagedTensorVersioned* BadVersioned(PeerFault fault) =>
        (DLManagedTensorVersioned*)ProduceBad(fault, Kind.Versioned);

    /// <inheritdoc cref="BadVersioned"/>
    public static DLManagedTensor* BadLegacy(PeerFault fault) => (DLManagedTensor*)ProduceBad(fault, Kind.Legacy);

    /// <summary>Frees a tensor that was made without a deleter.</summary>
    public static void Discard(DLManagedTensorVersioned* tensor) => Imports.peer_discard(tensor, Kind.Versioned);

    /// <inheritdoc cref="Discard(DLManagedTensorVersioned*)"/>
    public static void Discard(DLManagedTensor* tensor) => Imports.peer_discard(tensor, Kind.Legacy);

    /// <summary>Makes and deletes a tensor so many times, in C: what benchmarks of exports compare with.</summary>
    public static void FloorOfExport(long times) => Imports.peer_floor_export(times);

    /// <summary>Checks a tensor so many times, in C, and adds up its address: for benchmarks of imports.</summary>
    public static ulong FloorOfImport(DLManagedTensorVersioned* tensor, long times) =>
        Imports.peer_floor_import(tensor, times);

    // The library is compiled and loaded, or the test skipped, at the first call: see NativeLibraries.
    private static string? Complaint(void* tensor, Kind kind) =>
        Marshal.PtrToStringUTF8((nint)Imports.peer_complaint(tensor, kind));

    private static void Delete(void* tensor, Kind kind) =>
        Imports.peer_delete(tensor, kind);

    private static void DeleteOnThread(void* tensor, Kind kind) =>
        Imports.peer_delete_on_thread(tensor, kind);

    private static void DeleteOnThreads(nint[] tensors, Kind kind)
    {
        fixed (nint* first = tensors)
        {
            Imports.peer_delete_on_threads((void**)first, tensors.Length, kind);
        }
    }

    private static int DeleteInChild(nint[] tensors, int bytes, Kind kind)
    {
        fixed (nint* first = tensors)
        {
            return Imports.peer_delete_in_child((void**)first, tensors.Length, kind, bytes);
        }
    }

    private static PeerHolder Hold(void* tensor, Kind kind) =>
        new PeerHolder(Imports.peer_hold(tensor, kind), Imports.peer_let_go);

    private static void* ProduceBad(PeerFault fault, Kind kind) =>
        Imports.peer_produce_bad(fault, kind);
}
