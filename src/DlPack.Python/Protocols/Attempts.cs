namespace DlPackNet.Python;

/// <summary>The protocols that an object offers and that failed, each with its reason.</summary>
internal sealed class Attempts
{
    private readonly List<string> _failures = [];

    /// <summary>Whether the object offers any.</summary>
    public bool IsEmpty => _failures.Count == 0;

    /// <summary>Notes why one failed: the Python error, which is cleared.</summary>
    /// <returns>False if the error is one to be passed on at once, and is left set.</returns>
    public static bool Note(ref Attempts? attempts, string protocol)
    {
        if (PythonError.IsGrave())
        {
            return false;
        }

        (attempts ??= new Attempts())._failures.Add($"{protocol}: {PythonError.TakeText()}");
        return true;
    }

    /// <summary>The reasons, one a line.</summary>
    public override string ToString() => string.Join("\n", _failures.Select(failure => "  " + failure));
}
