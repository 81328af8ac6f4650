using System.Runtime.CompilerServices;
using DlPackNet.Layout;

namespace DlPackNet.Lifetime;

/// <summary>
/// What a thread keeps at hand so that an export costs no atomic operation: counters, free blocks and free guards; and
/// what concerns it alone, the dims that it laid out last and the releases that it is in.
/// </summary>
/// <remarks>
/// Native threads that only call a deleter get one too. When its thread is gone, the state is finalized: the blocks
/// go back to the pool and the numbers into the total of the threads that have ended.
/// </remarks>
internal sealed unsafe class PerThread
{
    private const int MaxFree = 32;
    private const int MaxFreeGuards = 8;

    private static readonly object _gate = new();
    private static readonly List<LiveCounters> _running = [];
    private static readonly LiveCounters _ended = new();

    private TensorBlock* _free;
    private int _freeCount;
    private readonly FinalizerGuard?[] _freeGuards = new FinalizerGuard?[MaxFreeGuards];
    private int _freeGuardCount;
    private bool _lacksGuards;
    private bool _hasEnded;

    private PerThread()
    {
        lock (_gate)
        {
            _running.Add(Counters);
        }
    }

    ~PerThread()
    {
        // At the end of a .NET Framework process the threads of finalized states may still run finalizers.
        TensorBlock* free = _free;
        _hasEnded = true;
        _free = null;
        _freeCount = 0;
        _freeGuardCount = 0;
        BlockPool.Return(free);
        lock (_gate)
        {
            // Not there if memory ran out while this state was being made: that is finalized too.
            if (_running.Remove(Counters))
            {
                _ended.Add(Counters);
            }
        }
    }

    /// <summary>The calling thread's state.</summary>
    /// <remarks>
    /// Making one takes memory, which may have run out: get it before anything is taken out of its place.
    /// </remarks>
    public static PerThread Current
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Slot.Current ?? Start();
    }

    /// <summary>The calling thread's numbers.</summary>
    public LiveCounters Counters { get; } = new();

    /// <summary>The shapes that the calling thread laid out last.</summary>
    public RecentDims RecentDims { get; } = new();

    /// <summary>What the calling thread is releasing.</summary>
    public NestedReleases Releases { get; } = new();

    /// <summary>The numbers of all threads, the ended ones included.</summary>
    public static LiveCounters Sum()
    {
        var sum = new LiveCounters();
        lock (_gate)
        {
            sum.Add(_ended);
            foreach (LiveCounters counters in _running)
            {
                sum.Add(counters);
            }
        }

        return sum;
    }

    /// <summary>The free block that <see cref="TakeBlock"/> takes next.</summary>
    /// <remarks>
    /// What fails before the block is taken has nothing to give back. Between the two calls nothing else may run on
    /// this thread.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorBlock* PeekBlock() => _free != null ? _free : Refill();

    /// <summary>A free block of the pooled size.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorBlock* TakeBlock()
    {
        TensorBlock* block = PeekBlock();
        _free = block->Next;
        _freeCount--;
        return block;
    }

    /// <summary>Keeps a block for the next export, or gives half of what is kept to the other threads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void GiveBlock(TensorBlock* block)
    {
        block->Next = _free;
        _free = block;
        if (++_freeCount == MaxFree || _hasEnded)
        {
            GiveToPool(_hasEnded ? 0 : MaxFree / 2);
        }
    }

    /// <summary>A guard over an object that is being made, which must refer to it.</summary>
    public FinalizerGuard TakeGuard(IGuarded guarded)
    {
        FinalizerGuard guard = TakeFreeGuard() ?? MakeGuard();
        guard.Watch(guarded);
        return guard;
    }

    /// <summary>Takes back the guard of an object that has been released and refers to it no more.</summary>
    public void GiveGuard(FinalizerGuard guard)
    {
        guard.Unwatch();
        if (_freeGuardCount < MaxFreeGuards && guard.IsReusable && !_hasEnded)
        {
            _freeGuards[_freeGuardCount++] = guard;
        }
        else
        {
            _lacksGuards |= _freeGuardCount < MaxFreeGuards;
            GC.SuppressFinalize(guard);
        }
    }

    // Null if there is none. While it is in use, this must not keep it from being found forgotten.
    private FinalizerGuard? TakeFreeGuard()
    {
        int last = _freeGuardCount - 1;
        if (last < 0)
        {
            return null;
        }

        FinalizerGuard guard = _freeGuards[last]!;
        if (!guard.IsYoung)
        {
            return null;
        }

        _freeGuards[last] = null;
        _freeGuardCount = last;
        return guard;
    }

    // One that can serve again costs more, and pays only on a thread to which guards come back.
    private FinalizerGuard MakeGuard()
    {
        bool reusable = _lacksGuards || _freeGuardCount != 0;
        _lacksGuards = false;

        // The last that came back is old, if there is one, and those below it have waited longer still.
        Array.Clear(_freeGuards, 0, _freeGuardCount);
        _freeGuardCount = 0;
        return new FinalizerGuard(reusable);
    }

    private TensorBlock* Refill()
    {
        _free = BlockPool.Take(MaxFree / 2, out int spare);
        _freeCount = spare + 1;
        return _free;
    }

    private void GiveToPool(int kept)
    {
        TensorBlock* surplus = _free;
        TensorBlock* last = surplus;
        for (int i = _freeCount - kept; i > 1; i--)
        {
            last = last->Next;
        }

        _free = last->Next;
        last->Next = null;
        _freeCount = kept;
        BlockPool.Return(surplus);
    }

    private static PerThread Start()
    {
        if (!ForkedChild.IsHere)
        {
            // Compiles them before anything is lent: no forked child shall be the first to call them.
            NativeCallbacks.DeleteVersioned(null);
            NativeCallbacks.DeleteLegacy(null);
        }

        return Slot.Current = new PerThread();
    }

    // By itself, so that reading it does not check first whether this class's other statics are there.
    private static class Slot
    {
        [ThreadStatic]
        public static PerThread? Current;
    }
}
