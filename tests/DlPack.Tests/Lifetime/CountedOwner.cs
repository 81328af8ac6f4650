using System.Buffers;

namespace DlPackNet.Tests.Lifetime;

/// <summary>An array behind <see cref="IMemoryOwner{T}"/> that counts how often it is disposed.</summary>
internal sealed class CountedOwner<T>(int length) : IMemoryOwner<T>
{
    private int _disposals;

    /// <summary>How often it has been disposed.</summary>
    public int Disposals => Volatile.Read(ref _disposals);

    /// <summary>The array behind it.</summary>
    public T[] Array { get; } = new T[length];

    /// <inheritdoc/>
    public Memory<T> Memory => Array;

    /// <inheritdoc/>
    public void Dispose() => Interlocked.Increment(ref _disposals);
}
