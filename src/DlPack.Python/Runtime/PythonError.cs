using System.Text;

namespace DlPackNet.Python;

/// <summary>Python errors and .NET exceptions, one made of the other. All members need the GIL.</summary>
internal static unsafe class PythonError
{
    /// <summary>Raises a Python error.</summary>
    /// <returns>0, which the caller returns to Python.</returns>
    public static nint Set(nint type, string message)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(message + '\0');
        fixed (byte* text = bytes)
        {
            PythonApi.PyErr_SetString(type, text);
        }

        return 0;
    }

    /// <summary>Raises the Python error that says what a .NET exception says.</summary>
    /// <returns>0, which the caller returns to Python.</returns>
    public static nint Set(Exception exception) => Set(
        exception switch
        {
            DlPackException => PythonApi.BufferError,
            ArgumentException or ObjectDisposedException => PythonApi.ValueError,
            OutOfMemoryException => PythonApi.MemoryError,
            _ => PythonApi.RuntimeError,
        },
        exception is DlPackException or ArgumentException or ObjectDisposedException
            ? PythonWords.Of(exception.Message)
            : $"{exception.GetType()}: {exception.Message}");

    /// <summary>Tells of a failure where nothing can be raised, as Python does for its own.</summary>
    public static void Unraisable(Exception exception)
    {
        using (PendingError.PutAside())
        {
            _ = Set(exception);
            PythonApi.PyErr_WriteUnraisable(0);
        }
    }

    /// <summary>Clears the error if it is of a type.</summary>
    /// <returns>Whether it was.</returns>
    public static bool ClearIf(nint type)
    {
        nint error = PythonApi.PyErr_Occurred();
        if (error == 0 || PythonApi.PyErr_GivenExceptionMatches(error, type) == 0)
        {
            return false;
        }

        PythonApi.PyErr_Clear();
        return true;
    }

    /// <summary>
    /// Whether the error is one that no other protocol can help: an interrupt, an exit, no memory, no stack.
    /// </summary>
    public static bool IsGrave()
    {
        nint error = PythonApi.PyErr_Occurred();
        return PythonApi.PyErr_GivenExceptionMatches(error, PythonApi.Exception) == 0
            || PythonApi.PyErr_GivenExceptionMatches(error, PythonApi.MemoryError) != 0
            || PythonApi.PyErr_GivenExceptionMatches(error, PythonApi.RecursionError) != 0;
    }

    /// <summary>Clears an error, unless it is grave.</summary>
    /// <returns>Whether it is cleared.</returns>
    public static bool ClearUnlessGrave()
    {
        if (IsGrave())
        {
            return false;
        }

        PythonApi.PyErr_Clear();
        return true;
    }

    /// <summary>The error as a line of text, and no error any more.</summary>
    /// <returns>"BufferError: what it says".</returns>
    public static string TakeText()
    {
        (string type, string message, _) = TakeAll();

        // Behind the first line there may be a call stack of C++.
        int end = message.IndexOf('\n', StringComparison.Ordinal);
        string line = end < 0 || message.Contains("Tried:", StringComparison.Ordinal) ? message : message[..end];
        return line.Length == 0 ? type : $"{type}: {line}";
    }

    /// <summary>The error as a .NET exception, and no error any more.</summary>
    public static Exception Take()
    {
        (string type, string message, bool isBufferError) = TakeAll();
        return new DlPackException(isBufferError ? message : $"Python raised {type}: {message}");
    }

    private static (string Type, string Message, bool IsBufferError) TakeAll()
    {
        nint type, value, traceback;
        PythonApi.PyErr_Fetch(&type, &value, &traceback);
        if (type == 0)
        {
            return ("SystemError", "a Python function failed without saying why", false);
        }

        PythonApi.PyErr_NormalizeException(&type, &value, &traceback);
        string name = value == 0 ? "error" : Py.TypeName(value);
        nint text = value == 0 ? 0 : PythonApi.PyObject_Str(value);
        string message = Py.ToText(text) ?? string.Empty;
        PythonApi.PyErr_Clear();
        bool isBufferError = type == PythonApi.BufferError;
        Py.XDecRef(text);
        Py.XDecRef(type);
        Py.XDecRef(value);
        Py.XDecRef(traceback);
        return (name, message, isBufferError);
    }
}
