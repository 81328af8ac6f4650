using Microsoft.ML.OnnxRuntime;

namespace DlPackNet;

/// <summary>The tensors of one run, held until it ends.</summary>
internal sealed class BoundTensors : List<BoundTensor>, IDisposable
{
    /// <summary>The values, in the order of the names.</summary>
    public OrtValue[] Values => [.. this.Select(bound => bound.Value)];

    /// <summary>Binds each tensor.</summary>
    /// <exception cref="ArgumentNullException">An argument, or a tensor, is null.</exception>
    /// <exception cref="ArgumentException">
    /// There are not as many tensors as names, or two for one name.
    /// </exception>
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

        CheckDistinct(names);

        // One by one: those before one that fails are let go too.
        foreach (DlPackObject tensor in tensors)
        {
            Add(bind(tensor));
        }
    }

    // Of several tensors for one name, ONNX Runtime reads, or writes, one.
    private static void CheckDistinct(IReadOnlyCollection<string> names)
    {
        if (names.Count < 2)
        {
            return;
        }

        var seen = new HashSet<string>();
        foreach (string name in names)
        {
            if (!seen.Add(name))
            {
                throw new ArgumentException(
                    $"There are two tensors for {name}, of which one would be left out. Pass one for each name.",
                    nameof(names));
            }
        }
    }

    /// <summary>Lets go of the tensors.</summary>
    public void Dispose() => ForEach(bound => bound.Dispose());
}
