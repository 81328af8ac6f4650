using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>
/// The runtime's list of the threads that have called .NET, in a child that Python forked. All but one of them are not
/// there, and what the list says of them lies where the child's own threads will have their stacks and variables; the
/// garbage collector would follow it there.
/// </summary>
/// <remarks>
/// The runtime has no function for this, since .NET does not fork. Those that are called here are its own, and are
/// linked in with it: if a later one has others, the module is not built.
/// </remarks>
internal static unsafe partial class RuntimeThreads
{
    // Of the words of a thread that may hold the next one.
    private const int Words = 64;

    private const string Library = "runtime";

    /// <summary>Takes all but the calling thread from the list. Only in a child that has no other thread yet.</summary>
    public static void ForgetOthers()
    {
        nint current = GetCurrentThread();
        nint* first = GetThreadStore();
        nint position;
        ConstructIterator(&position);
        if (*first != position)
        {
            return;
        }

        nint thread;
        while ((thread = GetNext(&position)) != 0)
        {
            if (thread != current)
            {
                // Gives what it had of the heap back, of which the collector must see the end.
                Detach(thread);
            }
        }

        *(nint*)(current + OffsetOfNext()) = 0;
        *first = current;
    }

    // Where in a thread the next one stands: in one whose words each hold their own offset, that is what is found.
    private static nint OffsetOfNext()
    {
        nint* words = stackalloc nint[Words];
        for (int i = 0; i < Words; i++)
        {
            words[i] = i * sizeof(nint);
        }

        nint position = (nint)words;
        GetNext(&position);
        return position;
    }

    [LibraryImport(Library, EntryPoint = "RhpGetCurrentThread")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    private static partial nint GetCurrentThread();

    // The list is its first field.
    [LibraryImport(Library, EntryPoint = "_Z14GetThreadStorev")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    private static partial nint* GetThreadStore();

    [LibraryImport(Library, EntryPoint = "_ZN11ThreadStore8IteratorC1Ev")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    private static partial void ConstructIterator(nint* position);

    [LibraryImport(Library, EntryPoint = "_ZN11ThreadStore8Iterator7GetNextEv")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    private static partial nint GetNext(nint* position);

    [LibraryImport(Library, EntryPoint = "_ZN6Thread6DetachEv")]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl), typeof(CallConvSuppressGCTransition)])]
    private static partial void Detach(nint thread);
}
