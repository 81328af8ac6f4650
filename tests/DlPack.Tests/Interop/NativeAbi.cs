using System.Globalization;
using DlPackNet.Tests.Native;

namespace DlPackNet.Tests.Interop;

/// <summary>The same numbers as this machine's C compiler sees them.</summary>
internal static class NativeAbi
{
    private static readonly Lazy<Dictionary<string, long>> Numbers = new(ReadOnce);

    /// <summary>
    /// "Struct" to its size, "Struct.field" to its offset; skips the test where there is no C compiler.
    /// </summary>
    public static Dictionary<string, long> Structs() => Where(isConstant: false);

    /// <summary>The values of enumerators and macros; skips the test where there is no C compiler.</summary>
    public static Dictionary<string, long> Constants() => Where(isConstant: true);

    private static Dictionary<string, long> Where(bool isConstant)
    {
        Requires.CCompiler();
        return Numbers.Value.Where(entry => IsConstant(entry.Key) == isConstant).ToDictionary();
    }

    // In dlpack.h enumerators begin with k, macros with DLPACK_, and structs with neither.
    private static bool IsConstant(string name) =>
        name.StartsWith('k') || name.StartsWith("DLPACK_", StringComparison.Ordinal);

    private static Dictionary<string, long> ReadOnce() => CCompiler.Run(CCompiler.Program("abi_layout", "abi_layout.c"))
        .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(line => line.Split(' '))
        .ToDictionary(pair => pair[0], pair => long.Parse(pair[1], CultureInfo.InvariantCulture));
}
