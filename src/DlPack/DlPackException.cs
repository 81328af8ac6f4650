namespace DlPackNet;

/// <summary>
/// An exchange that cannot be done: the tensor is fine and the arguments are too, but this consumer, device, layout
/// or element type is out of reach without a copy or at all. The counterpart of Python's <c>BufferError</c>.
/// </summary>
/// <remarks>The message says what was expected, what was found, and the way out.</remarks>
public class DlPackException : Exception
{
    /// <summary>Makes an exception without a message.</summary>
    public DlPackException()
    {
    }

    /// <summary>Makes an exception with a message.</summary>
    /// <param name="message">Expected, actual, way out.</param>
    public DlPackException(string message)
        : base(message)
    {
    }

    /// <summary>Makes an exception with a message and a cause.</summary>
    /// <param name="message">Expected, actual, way out.</param>
    /// <param name="innerException">What went wrong underneath.</param>
    public DlPackException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
