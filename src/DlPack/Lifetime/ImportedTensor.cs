using DlPackNet.Interop;

namespace DlPackNet.Lifetime;

/// <summary>A producer's struct and its deleter, which is not read from it again.</summary>
internal readonly unsafe struct ImportedTensor
{
    /// <summary>
    /// What an object has in place of an <see cref="ImportOwner"/>, which would have nothing to count, while nobody
    /// shares its tensor.
    /// </summary>
    public static readonly object Unshared = new();

    public ImportedTensor(DLManagedTensorVersioned* tensor)
        : this((nint)tensor, (nint)tensor->deleter)
    {
    }

    public ImportedTensor(DLManagedTensor* tensor)
        : this((nint)tensor, (nint)tensor->deleter)
    {
    }

    public ImportedTensor(nint tensor, nint deleter)
    {
        Tensor = tensor;
        Deleter = deleter;
    }

    public nint Tensor { get; }

    public nint Deleter { get; }

    /// <summary>Takes the tensor over, or, if there is no memory even to count it, deletes it.</summary>
    /// <returns>The calling thread's state.</returns>
    public PerThread TakeOver()
    {
        PerThread thread;
        try
        {
            thread = PerThread.Current;
        }
        catch
        {
            CallDeleter();
            throw;
        }

        thread.Counters.Imports++;
        return thread;
    }

    /// <summary>Calls the deleter, if there is one.</summary>
    /// <remarks>
    /// What it throws, where that can get here, goes to <see cref="DlPackDiagnostics.ReleaseFailed"/>.
    /// </remarks>
    public void Delete(PerThread thread)
    {
        thread.Counters.Imports--;
        CallDeleter();
    }

    private void CallDeleter()
    {
        if (Deleter == 0)
        {
            return;
        }

        try
        {
            // Both kinds of deleter take the struct's address and nothing else.
            ((delegate* unmanaged[Cdecl]<nint, void>)Deleter)(Tensor);
        }
        catch (Exception e)
        {
            DlPackDiagnostics.ReportReleaseFailure(e);
        }
    }
}
