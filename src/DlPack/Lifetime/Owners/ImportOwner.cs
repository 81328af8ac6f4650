using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>Owns a tensor that came in: releases by calling its producer's deleter.</summary>
internal sealed unsafe class ImportOwner : DlPackOwner
{
    private readonly void* _tensor;
    private readonly bool _versioned;

    public ImportOwner(void* tensor, bool versioned)
    {
        _tensor = tensor;
        _versioned = versioned;
        PerThread.Current.Counters.Imports++;
    }

    /// <summary>Calls the deleter of a tensor, if it has one.</summary>
    public static void Delete(DLManagedTensorVersioned* tensor)
    {
        if (tensor->deleter is not null)
        {
            tensor->deleter(tensor);
        }
    }

    /// <summary>Calls the deleter of a tensor, if it has one.</summary>
    public static void Delete(DLManagedTensor* tensor)
    {
        if (tensor->deleter is not null)
        {
            tensor->deleter(tensor);
        }
    }

    /// <summary>Calls the deleter of a tensor that no object took over.</summary>
    public void Delete()
    {
        PerThread.Current.Counters.Imports--;
        if (_versioned)
        {
            Delete((DLManagedTensorVersioned*)_tensor);
        }
        else
        {
            Delete((DLManagedTensor*)_tensor);
        }
    }

    protected override void Release() => Delete();
}
