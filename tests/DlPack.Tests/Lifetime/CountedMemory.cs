using DlPackNet.Interop;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Six floats at a fixed address whose releases are counted, and which are spoilt by the first.</summary>
internal sealed unsafe class CountedMemory
{
    private readonly float[] _memory = GC.AllocateArray<float>(6, pinned: true);
    private int _releases;

    public CountedMemory() => Refill();

    /// <summary>How often the owner of <see cref="Lend()"/> has released.</summary>
    public int Releases => Volatile.Read(ref _releases);

    /// <summary>The sum of the elements until they are released.</summary>
    public static float Sum => 0 + 1 + 2 + 3 + 4 + 5;

    /// <summary>The address of the first element.</summary>
    public nint Address
    {
        get
        {
            fixed (float* first = _memory)
            {
                return (nint)first;
            }
        }
    }

    /// <summary>What is in the memory now.</summary>
    public ReadOnlySpan<float> Elements => _memory;

    /// <summary>A 2 x 3 tensor that owns the memory.</summary>
    public DlPackObject Lend() => Lend(DlPackOwner.FromCallback(Release));

    /// <summary>A 2 x 3 tensor that owns the memory by another owner.</summary>
    public DlPackObject Lend(DlPackOwner owner) => DlPack.AsDlPack(Address, DLDataType.Float32, [2, 3], owner: owner);

    /// <summary>Counts, and makes the elements useless for whoever reads on.</summary>
    public void Release()
    {
        Interlocked.Increment(ref _releases);
        _memory.AsSpan().Fill(float.NaN);
    }

    /// <summary>Writes 0, 1, 2 … again.</summary>
    public void Refill()
    {
        for (int i = 0; i < _memory.Length; i++)
        {
            _memory[i] = i;
        }
    }
}
