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

    /// <summary>There is a Python error of the caller's, which no other protocol can help.</summary>
    Refused,
}
