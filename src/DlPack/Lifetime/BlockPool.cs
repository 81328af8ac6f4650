namespace DlPackNet.Lifetime;

/// <summary>
/// The free blocks that no thread has at hand. It keeps a bounded number; more go back to the system.
/// </summary>
internal static unsafe class BlockPool
{
    private const int MaxFree = 1024;

    private static readonly object _gate = new();
    private static TensorBlock* _free;
    private static int _freeCount;

    /// <summary>Takes up to <paramref name="wanted"/> blocks, at least one.</summary>
    /// <param name="wanted">How many the thread would like.</param>
    /// <param name="spare">How many hang on the one that is returned.</param>
    public static TensorBlock* Take(int wanted, out int spare)
    {
        spare = 0;
        lock (_gate)
        {
            TensorBlock* first = _free;
            if (first != null)
            {
                TensorBlock* last = first;
                while (spare + 1 < wanted && last->Next != null)
                {
                    last = last->Next;
                    spare++;
                }

                _free = last->Next;
                last->Next = null;
                _freeCount -= spare + 1;
                return first;
            }
        }

        return TensorBlock.Allocate(TensorBlock.PooledDimensions);
    }

    /// <summary>Takes back a chain of blocks.</summary>
    public static void Return(TensorBlock* first)
    {
        lock (_gate)
        {
            while (first != null && _freeCount < MaxFree)
            {
                TensorBlock* next = first->Next;
                first->Next = _free;
                _free = first;
                _freeCount++;
                first = next;
            }
        }

        while (first != null)
        {
            TensorBlock* next = first->Next;
            TensorBlock.Free(first);
            first = next;
        }
    }
}
