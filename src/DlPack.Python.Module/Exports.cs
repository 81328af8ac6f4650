using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Python;

namespace DlPackNet;

/// <summary>What Python looks for in the shared library.</summary>
internal static class Exports
{
    /// <summary>The start of <c>import dlpack._dlpack</c>.</summary>
    /// <returns>The module's definition, or 0 with a Python error.</returns>
    [UnmanagedCallersOnly(EntryPoint = "PyInit__dlpack", CallConvs = [typeof(CallConvCdecl)])]
    public static nint Initialize() => PythonModule.Define();
}
