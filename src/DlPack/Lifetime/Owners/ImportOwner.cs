namespace DlPackNet.Lifetime;

/// <summary>Owns a tensor that came in, for the object that took it in and others with which it shares it.</summary>
internal sealed class ImportOwner : DlPackOwner
{
    private readonly ImportedTensor _tensor;

    public ImportOwner(ImportedTensor tensor)
    {
        _tensor = tensor;
        TakeUnshared();
    }

    protected override void Release() => _tensor.Delete(PerThread.Current);
}
