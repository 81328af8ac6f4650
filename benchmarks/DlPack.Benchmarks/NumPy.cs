using System.Diagnostics;

namespace DlPackNet.Benchmarks;

/// <summary>
/// A Python process with NumPy that runs statements on demand. Asking takes some ten microseconds, which is nothing
/// beside the statements measured here.
/// </summary>
internal sealed class NumPy : IDisposable
{
    private const string Ready = "ready";

    private readonly Process _process;

    private NumPy(Process process) => _process = process;

    /// <summary>Whether there is a Python with NumPy.</summary>
    public static bool IsThere
    {
        get
        {
            using NumPy? found = TryStart();
            return found is not null;
        }
    }

    /// <summary>Starts Python and runs what prepares; null where there is no NumPy.</summary>
    public static NumPy? TryStart(params string[] preparation)
    {
        string? named = Environment.GetEnvironmentVariable("PYTHON");
        string[] candidates = named is null ? ["python3", "/usr/bin/python3", "python"] : [named];
        string loop = $"""
            import sys, numpy
            {string.Join("\n", preparation)}
            print("{Ready}", flush=True)
            for line in sys.stdin:
                exec(line)
                print("{Ready}", flush=True)
            """;
        foreach (string python in candidates)
        {
            var start = new ProcessStartInfo(python, ["-c", loop])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            Process? process = null;
            try
            {
                process = Process.Start(start)!;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                // No such program.
                continue;
            }

            if (process.StandardOutput.ReadLine() == Ready)
            {
                return new NumPy(process);
            }

            process.Dispose();
        }

        return null;
    }

    /// <summary>Runs a statement and waits until it is done.</summary>
    public void Run(string statement)
    {
        _process.StandardInput.WriteLine(statement);
        if (_process.StandardOutput.ReadLine() != Ready)
        {
            throw new InvalidOperationException("Python failed: " + _process.StandardError.ReadToEnd());
        }
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}
