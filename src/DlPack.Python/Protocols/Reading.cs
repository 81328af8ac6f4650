namespace DlPackNet.Python;

/// <summary>How a reader of one protocol ended.</summary>
internal enum Reading
{
    /// <summary>The object does not offer it.</summary>
    Absent,

    /// <summary>There is a tensor.</summary>
    Done,

    /// <summary>There is a Python error.</summary>
    Failed,
}
