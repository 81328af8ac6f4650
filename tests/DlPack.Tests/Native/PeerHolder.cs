namespace DlPackNet.Tests.Native;

/// <summary>A native thread that keeps a tensor until it is told to let go.</summary>
internal sealed class PeerHolder : IDisposable
{
    private nint _holder;
    private readonly Action<nint> _letGo;

    /// <summary>Wraps a holder.</summary>
    /// <param name="holder">The native holder.</param>
    /// <param name="letGo">What ends it.</param>
    public PeerHolder(nint holder, Action<nint> letGo)
    {
        _holder = holder;
        _letGo = letGo;
    }

    /// <summary>Lets the thread call the deleter, once, and waits until it has.</summary>
    public void LetGo()
    {
        nint holder = Interlocked.Exchange(ref _holder, 0);
        if (holder != 0)
        {
            _letGo(holder);
        }
    }

    /// <summary>Lets go if nobody has, so that a failed test leaves no thread behind.</summary>
    public void Dispose() => LetGo();
}
