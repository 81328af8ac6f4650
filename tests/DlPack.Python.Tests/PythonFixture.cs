using DlPackNet.Python.TestHost;
using Xunit;

[assembly: AssemblyFixture(typeof(DlPackNet.Python.Tests.PythonFixture))]

namespace DlPackNet.Python.Tests;

/// <summary>
/// One Python for all tests of the process: it can be started, but not well ended and started, by many.
/// </summary>
public sealed class PythonFixture
{
    /// <summary>Starts it, where there is one.</summary>
    public PythonFixture()
    {
        if (EmbeddedPython.Library is not null)
        {
            EmbeddedPython.Start();
        }
    }
}
