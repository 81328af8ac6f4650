using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>The tensors of one run, held until it ends.</summary>
internal sealed class BoundTensors : List<BoundTensor>, IDisposable
{
    /// <summary>The values, in the order of the names.</summary>
    public OrtValue[] Values => [.. this.Select(bound => bound.Value)];

    /// <summary>Binds each tensor.</summary>
    /// <exception cref="ArgumentNullException">An argument, or a tensor, is null.</exception>
    /// <exception cref="ArgumentException">There are not as many tensors as names.</exception>
    public void Add(
        IReadOnlyCollection<string> names,
        IReadOnlyCollection<DlPackObject> tensors,
        Func<DlPackObject, BoundTensor> bind)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(tensors);
        if (names.Count != tensors.Count)
        {
            throw new ArgumentException(
                $"There are {tensors.Count} tensors for {names.Count} names ({string.Join(", ", names)}). Pass one for "
                + "each.",
                nameof(tensors));
        }

        // One by one: those before one that fails are let go too.
        foreach (DlPackObject tensor in tensors)
        {
            Add(bind(tensor));
        }
    }

    /// <summary>Lets go of the tensors.</summary>
    public void Dispose() => ForEach(bound => bound.Dispose());
}
