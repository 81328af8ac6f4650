using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>Owns a tensor that came in: releases by calling its producer's deleter.</summary>
internal sealed unsafe class ImportOwner : DlPackOwner
{
    private readonly void* _tensor;

    // Both kinds of deleter take the struct's address and nothing else.
    private readonly delegate* unmanaged[Cdecl]<void*, void> _deleter;

    public ImportOwner(DLManagedTensorVersioned* tensor)
        : this(tensor, (delegate* unmanaged[Cdecl]<void*, void>)tensor->deleter)
    {
    }

    public ImportOwner(DLManagedTensor* tensor)
        : this(tensor, (delegate* unmanaged[Cdecl]<void*, void>)tensor->deleter)
    {
    }

    private ImportOwner(void* tensor, delegate* unmanaged[Cdecl]<void*, void> deleter)
    {
        _tensor = tensor;
        _deleter = deleter;
        PerThread.Current.Counters.Imports++;
    }

    /// <summary>Calls the deleter, if there is one, of a tensor that no object took over.</summary>
    public void Delete()
    {
        PerThread.Current.Counters.Imports--;
        if (_deleter is not null)
        {
            _deleter(_tensor);
        }
    }

    internal override void TakeOver() => TakeUnshared();

    protected override void Release() => Delete();
}
