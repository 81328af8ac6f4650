namespace DlPackNet;

/// <summary>Something that can be lent as a tensor. A library's own buffer type implements it to take part.</summary>
public interface IDlPackProducer
{
    /// <summary>The tensor, on the producer's own memory.</summary>
    /// <returns>A new object, which the caller disposes.</returns>
    /// <exception cref="DlPackException">The memory cannot be lent as it is.</exception>
    DlPackObject AsDlPack();
}
