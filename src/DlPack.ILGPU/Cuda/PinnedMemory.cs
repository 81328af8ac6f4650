using System.Runtime.InteropServices;

namespace DlPackNet;

/// <summary>Main memory that is locked in place: a GPU copies to it several times as fast as to other memory.</summary>
/// <remarks>
/// To lock memory takes longer than to copy to it, so it is used again once nobody has it any more. But for the lock it
/// is ordinary memory, which a forked child sees too. All members may be called from any thread.
/// </remarks>
internal sealed unsafe class PinnedMemory
{
    // For less than this the driver has locked memory of its own on the way.
    private const long SmallestBytes = 1 << 20;
    private const long KeptBytes = 1L << 30;
    private const long PageBytes = 4096;

    // Which was given back longest ago is first.
    private static readonly List<PinnedMemory> _free = [];
    private static long _freeBytes;

    private readonly PrimaryContext _context;
    private readonly long _byteCount;

    private PinnedMemory(PrimaryContext context, nint address, long byteCount)
    {
        _context = context;
        Address = address;
        _byteCount = byteCount;
    }

    /// <summary>The first byte, at the start of a page.</summary>
    public nint Address { get; }

    /// <summary>Memory of at least so many bytes, whatever is in it.</summary>
    /// <returns>Null where it does not pay, or where the system locks no more.</returns>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public static PinnedMemory? Rent(PrimaryContext context, long bytes)
    {
        if (bytes < SmallestBytes)
        {
            return null;
        }

        return Take(bytes) ?? Lock(context, checked(bytes + PageBytes - 1) / PageBytes * PageBytes);
    }

    /// <summary>Lets others use it: nothing may work on it any more.</summary>
    public void Return()
    {
        List<PinnedMemory> surplus = [];
        lock (_free)
        {
            _free.Add(this);
            _freeBytes += _byteCount;
            while (_freeBytes > KeptBytes)
            {
                surplus.Add(_free[0]);
                _freeBytes -= _free[0]._byteCount;
                _free.RemoveAt(0);
            }
        }

        surplus.ForEach(static memory => memory.Free());
    }

    // The smallest that suits, of equals the last given back; one of more than twice the size waits for others.
    private static PinnedMemory? Take(long bytes)
    {
        lock (_free)
        {
            PinnedMemory? best = null;
            foreach (PinnedMemory memory in _free)
            {
                bool suits = memory._byteCount >= bytes && memory._byteCount / 2 <= bytes;
                best = suits && (best is null || memory._byteCount <= best._byteCount) ? memory : best;
            }

            if (best is not null)
            {
                _free.Remove(best);
                _freeBytes -= best._byteCount;
            }

            return best;
        }
    }

    private static PinnedMemory? Lock(PrimaryContext context, long bytes)
    {
        void* start = NativeMemory.AlignedAlloc((nuint)bytes, (nuint)PageBytes);
        using ContextScope scope = ContextScope.Of(context.Handle);
        if (Driver.cuMemHostRegister_v2((nint)start, (nuint)bytes, Driver.ForAllContexts) != 0)
        {
            NativeMemory.AlignedFree(start);
            return null;
        }

        return new PinnedMemory(context, (nint)start, bytes);
    }

    private void Free()
    {
        using (ContextScope.Of(_context.Handle))
        {
            Driver.Check(Driver.cuMemHostUnregister(Address), "unlock memory");
        }

        NativeMemory.AlignedFree((void*)Address);
    }
}
