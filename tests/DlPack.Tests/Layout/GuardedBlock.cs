using System.Runtime.InteropServices;

namespace DlPackNet.Tests.Layout;

/// <summary>Native memory between guard bytes: a write just outside it shows in <see cref="ToArray"/>.</summary>
internal sealed unsafe class GuardedBlock : IDisposable
{
    private const int GuardBytes = 128;
    private const byte GuardValue = 0xA5;

    private readonly byte* _block;
    private readonly int _length;

    /// <param name="lengthInBytes">Bytes between the guards.</param>
    /// <param name="alignment">The pointer is a multiple of this, and an odd byte off when it is 1.</param>
    public GuardedBlock(long lengthInBytes, int alignment)
    {
        _length = checked((int)lengthInBytes + GuardBytes * 2 + 1);
        _block = (byte*)NativeMemory.AlignedAlloc((nuint)_length, 128);
        Start = GuardBytes + (alignment == 1 ? 1 : alignment % GuardBytes);
        new Span<byte>(_block, _length).Fill(GuardValue);
    }

    /// <summary>Offset of <see cref="Pointer"/> in <see cref="ToArray"/>.</summary>
    public long Start { get; }

    public byte* Pointer => _block + Start;

    public void FillWithPattern()
    {
        // 251 is prime, so that no power-of-two shift of the data looks like the data.
        for (int i = 0; i < _length; i++)
        {
            _block[i] = (byte)(i % 251 ^ i / 251);
        }
    }

    /// <summary>All bytes, the guards too.</summary>
    public byte[] ToArray() => new ReadOnlySpan<byte>(_block, _length).ToArray();

    public void Dispose() => NativeMemory.AlignedFree(_block);
}
