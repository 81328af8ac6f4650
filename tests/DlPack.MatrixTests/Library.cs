namespace DlPackNet.MatrixTests;

/// <summary>
/// One library of the matrix: how it lends a float32 tensor of shape [2, 3], and how it takes one in.
/// </summary>
internal abstract class Library
{
    /// <summary>Its name in the table, one word or two.</summary>
    public abstract string Name { get; }

    /// <summary>How it takes part, for the table of libraries.</summary>
    public abstract string How { get; }

    /// <summary>Where its cells are run, for the table of libraries.</summary>
    public virtual string Where => "everywhere";

    /// <summary>Why it cannot run here and how to get it; null where it can.</summary>
    public virtual string? Missing => null;

    /// <summary>Whether this run leaves it to another one that has it.</summary>
    public virtual bool IsRunElsewhere => false;

    /// <summary>Why nobody writes to what it lends, or through its views; null where they do.</summary>
    public virtual string? ReadOnlyBecause => null;

    /// <summary>Makes a buffer of zeros and lends it.</summary>
    public abstract Lent Lend();

    /// <summary>Takes a tensor in as a type of its own.</summary>
    public abstract Taken Take(DlPackObject tensor);
}
