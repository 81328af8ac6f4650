using System.Collections.Concurrent;

namespace DlPackNet;

/// <summary>Main memory that is locked in place: a GPU copies to it several times as fast as to other memory.</summary>
/// <remarks>
/// <para>
/// It is there at two addresses. One is locked, and only copies of this library use it. Borrowers get the other, which
/// the driver takes for ordinary memory: what they queue from there is staged, so that nothing works on the memory any
/// more when they let it go, whatever streams and GPUs they used.
/// </para>
/// <para>
/// To lock memory takes longer than to copy to it, so it is used again once nobody has it any more, but not what a
/// forked child may still look at, since the child gets the same memory and no copy.
/// </para>
/// <para>All members may be called from any thread.</para>
/// </remarks>
internal sealed class PinnedMemory
{
    // For less than this the driver has locked memory of its own on the way.
    private const long SmallestBytes = 1 << 20;
    private const long KeptBytes = 1L << 30;

    // So often in a row, and it is not asked for any more.
    private const int Refusals = 3;

    // Which was given back longest ago is first.
    private static readonly List<PinnedMemory> _free = [];
    private static readonly ConcurrentDictionary<nint, PinnedMemory> _lent = new();
    private static long _freeBytes;
    private static int _refusals;

    private readonly PrimaryContext _context;
    private readonly TwinMapping _mapping;
    private int _lentAt;
    private volatile bool _isDoubtful;

    private PinnedMemory(PrimaryContext context, TwinMapping mapping)
    {
        _context = context;
        _mapping = mapping;
    }

    /// <summary>The first byte, at the start of a page, where borrowers see it.</summary>
    public nint Address => _mapping.Second;

    /// <summary>Memory of at least so many bytes, whatever is in it.</summary>
    /// <returns>Null where it does not pay, or where the system locks no more.</returns>
    public static PinnedMemory? Rent(PrimaryContext context, long bytes)
    {
        if (bytes < SmallestBytes || _refusals >= Refusals || !ForkedChildren.CanBeSeen)
        {
            return null;
        }

        if ((Take(bytes) ?? Lock(context, bytes)) is not { } memory)
        {
            return null;
        }

        memory._lentAt = ForkedChildren.Now();
        _lent[memory.Address] = memory;
        return memory;
    }

    /// <summary>
    /// Where a GPU had better copy to or from: the locked address of what is lent at this one, or the same address. The
    /// copy is to be waited for before the memory is given back.
    /// </summary>
    public static nint LockedAddress(nint address) =>
        _lent.TryGetValue(address, out PinnedMemory? memory) ? memory._mapping.First : address;

    /// <summary>Says that a copy to or from there could not be waited for.</summary>
    public static void Distrust(nint address)
    {
        if (_lent.TryGetValue(address, out PinnedMemory? memory))
        {
            memory._isDoubtful = true;
        }
    }

    /// <summary>Lets others use it. Does nothing in a forked child, where locks may be held by nobody.</summary>
    public void Return()
    {
        if (_context.IsInherited)
        {
            return;
        }

        _lent.TryRemove(Address, out _);
        if (_isDoubtful)
        {
            Reclaimer.After(_context, stream: null, Free);
            return;
        }

        List<PinnedMemory> surplus = [];
        if (_mapping.ByteCount > KeptBytes || !ForkedChildren.NoneSince(_lentAt))
        {
            surplus.Add(this);
        }
        else
        {
            lock (_free)
            {
                _free.Add(this);
                _freeBytes += _mapping.ByteCount;
                while (_freeBytes > KeptBytes)
                {
                    surplus.Add(_free[0]);
                    _freeBytes -= _free[0]._mapping.ByteCount;
                    _free.RemoveAt(0);
                }
            }
        }

        surplus.ForEach(static memory => Reclaimer.Now(memory._context, memory.Free));
    }

    // The smallest that suits, of equals the last given back; one of more than twice the size waits for others.
    private static PinnedMemory? Take(long bytes)
    {
        lock (_free)
        {
            PinnedMemory? best = null;
            foreach (PinnedMemory memory in _free)
            {
                bool suits = memory._mapping.ByteCount >= bytes && memory._mapping.ByteCount / 2 <= bytes;
                best = suits && (best is null || memory._mapping.ByteCount <= best._mapping.ByteCount) ? memory : best;
            }

            if (best is not null)
            {
                _free.Remove(best);
                _freeBytes -= best._mapping.ByteCount;
            }

            return best;
        }
    }

    private static PinnedMemory? Lock(PrimaryContext context, long bytes)
    {
        using ContextScope scope = ContextScope.Of(context.Handle);
        using CaptureScope others = CaptureScope.Undisturbed();
        long page = Environment.SystemPageSize;
        if (TwinMapping.Map(checked(bytes + page - 1) / page * page) is not { } mapping)
        {
            _refusals++;
            return null;
        }

        if (Driver.cuMemHostRegister_v2(mapping.First, (nuint)mapping.ByteCount, Driver.ForAllContexts) != 0)
        {
            mapping.Unmap();
            _refusals++;
            return null;
        }

        _refusals = 0;
        return new PinnedMemory(context, mapping);
    }

    // What cannot be unlocked stays mapped: the GPU may still know it.
    private void Free()
    {
        Driver.Check(Driver.cuMemHostUnregister(_mapping.First), "unlock memory");
        _mapping.Unmap();
    }
}
