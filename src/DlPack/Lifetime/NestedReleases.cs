namespace DlPackNet.Lifetime;

/// <summary>
/// Releases owners whose last reference a thread has given back. One release may bring about the next, as in a chain
/// of tensors each of which was lent and came in again: this way no chain, however long, runs out of stack.
/// </summary>
internal sealed class NestedReleases
{
    private const int MaxDepth = 32;

    private int _depth;
    private Queue<DlPackOwner>? _waiting;

    /// <summary>
    /// Releases an owner: at once, or, deep inside of other releases, when the outermost of them has returned.
    /// </summary>
    public void Run(DlPackOwner owner)
    {
        if (_depth >= MaxDepth && Wait(owner))
        {
            return;
        }

        _depth++;
        owner.ReleaseNow();
        while (_depth == 1 && _waiting is { Count: > 0 })
        {
            _waiting.Dequeue().ReleaseNow();
        }

        _depth--;
    }

    private bool Wait(DlPackOwner owner)
    {
        try
        {
            (_waiting ??= new Queue<DlPackOwner>()).Enqueue(owner);
            return true;
        }
        catch (OutOfMemoryException)
        {
            // There is stack left, for now.
            return false;
        }
    }
}
