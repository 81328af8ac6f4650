using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DlPackNet.Interop;
using DlPackNet.Text;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Text;

/// <summary>Compares with what NumPy itself prints for a few hundred random arrays.</summary>
public sealed class NumPyAgreementTests
{
    // Each line: dtype, shape, strides in elements, the byte where the first element lies, memory, expected text.
    // float32(0.0001) is left out: NumPy 1 prints it with an exponent, NumPy 2 without.
    private const string Script = """
        import base64, ctypes, json
        import numpy as np

        if tuple(int(n) for n in np.__version__.split('.')[:2]) >= (2, 3):
            np.set_printoptions(legacy='2.2')  # see TensorFormatter's remarks

        rng = np.random.RandomState(20240229)
        SHAPES = [(), (0,), (1,), (2,), (7,), (40,), (3, 0), (0, 4), (2, 3), (5, 9), (1, 30), (2, 3, 4), (2, 0, 3),
                  (1, 1, 1), (2, 1, 3, 2), (1000,), (1001,), (30, 40), (7, 1, 200), (4, 5, 6, 11), (3, 1, 2, 1, 2)]
        DTYPES = ['bool', 'int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64',
                  'float16', 'float32', 'float64', 'complex64', 'complex128']

        def floats(size, dtype):
            kind = rng.randint(8)
            if kind == 0: x = rng.randint(-50, 50, size).astype(float)
            elif kind == 1: x = rng.randint(-5000, 5000, size) / 8.0
            elif kind == 2: x = np.round(rng.uniform(-10, 10, size), rng.randint(0, 10))
            elif kind == 3: x = rng.standard_normal(size) * 10.0 ** rng.randint(-3, 7)
            elif kind == 4: x = rng.standard_normal(size) * 10.0 ** rng.uniform(-7, 12, size)
            elif kind == 5: x = np.ldexp(1.0, rng.randint(-30, 30, size))
            elif kind == 6: x = rng.uniform(1, 2, size) * 10.0 ** rng.uniform(-300, 300)
            else: x = rng.uniform(0.1, 1, size)
            x = np.array(x, dtype='float64').reshape(size)
            if rng.randint(3) == 0 and x.size:
                special = [np.nan, np.inf, -np.inf, 0.0, -0.0]
                for _ in range(rng.randint(1, 4)):
                    x.flat[rng.randint(x.size)] = special[rng.randint(5)]
            if rng.randint(20) == 0: x[...] = [np.nan, np.inf, -np.inf, -0.0][rng.randint(4)]
            with np.errstate(over='ignore'): x = x.astype(dtype)
            if dtype == 'float32': x[x == np.float32(0.0001)] = 1
            return x

        def array(size, dtype):
            if dtype == 'bool': return rng.randint(0, 2, size).astype(bool).reshape(size)
            if dtype.startswith('float'): return floats(size, dtype).reshape(size)
            if dtype.startswith('complex'):
                part = 'float32' if dtype == 'complex64' else 'float64'
                x = np.empty(size, dtype)
                x.real = floats(size, part)
                x.imag = floats(size, part)
                return x
            info = np.iinfo(dtype)
            low, high = [(info.min, info.max), (max(info.min, -9), 9), (0, 1)][rng.randint(3)]
            x = np.array([low + int(u * (high - low)) for u in rng.random_sample(int(np.prod(size)))], dtype=dtype)
            return x.reshape(size)

        def view(base, shape):
            # An array of that shape inside a larger one: transposed, with steps, backwards.
            pick = rng.randint(3) if len(shape) else 0
            if pick == 0: return base(shape)
            if pick == 1: return base(shape[::-1]).T
            x = base(tuple(2 * n for n in shape))
            return x[tuple(slice(None, None, [2, -2][rng.randint(2)]) for _ in shape)]

        for dtype in DTYPES:
            for shape in SHAPES * (3 if dtype[0] in 'fc' else 1):
                a = view(lambda s: array(s, dtype), shape)
                memory, first = b'', 0
                if a.size:
                    bounds = np.lib.array_utils.byte_bounds if hasattr(np.lib, 'array_utils') else np.byte_bounds
                    low, high = bounds(a)
                    memory = ctypes.string_at(low, high - low)
                    first = a.__array_interface__['data'][0] - low
                print(json.dumps([dtype, a.shape, [s // a.itemsize for s in a.strides], first,
                                  base64.b64encode(memory).decode(), str(a)]))
        """;

    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];

    [Fact]
    public void Arrays_print_as_in_numpy()
    {
        string? python = FindPython();
        if (python is null)
        {
            Assert.Skip("NumPy isn't installed: apt-get install python3-numpy");
        }

        (int exitCode, string output) = Run(python, "-");
        exitCode.Should().Be(0);
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.Should().HaveCountGreaterThan(500);
        foreach (string line in lines)
        {
            JsonElement[] fields = [.. JsonDocument.Parse(line).RootElement.EnumerateArray()];
            string name = fields[0].GetString()!;
            long[] shape = [.. fields[1].EnumerateArray().Select(static extent => extent.GetInt64())];
            long[] strides = [.. fields[2].EnumerateArray().Select(static stride => stride.GetInt64())];
            string actual = Format(fields[4].GetBytesFromBase64(), fields[3].GetInt32(), Parse(name), shape, strides);
            actual.Should().Be(fields[5].GetString(), "{0} of shape ({1})", name, string.Join(", ", shape));
        }
    }

    private static unsafe string Format(byte[] memory, int first, DLDataType dtype, long[] shape, long[] strides)
    {
        fixed (byte* start = memory)
        {
            return TensorFormatter.Format(start + first, dtype, shape, strides);
        }
    }

    private static DLDataType Parse(string name)
    {
        string kind = name.TrimEnd("0123456789".ToCharArray());
        byte Bits() => byte.Parse(name.AsSpan(kind.Length), CultureInfo.InvariantCulture);
        return kind switch
        {
            "bool" => DLDataType.Bool,
            "int" => new DLDataType(DLDataTypeCode.kDLInt, Bits()),
            "uint" => new DLDataType(DLDataTypeCode.kDLUInt, Bits()),
            "float" => new DLDataType(DLDataTypeCode.kDLFloat, Bits()),
            _ => new DLDataType(DLDataTypeCode.kDLComplex, Bits()),
        };
    }

    private static string? FindPython() =>
        Pythons.FirstOrDefault(static python =>
        {
            try
            {
                return Run(python, "-c", "import numpy").ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false;
            }
        });

    /// <summary>Runs Python with the script on its standard input.</summary>
    private static (int ExitCode, string Output) Run(string python, params string[] arguments)
    {
        using var process = new Process();
        process.StartInfo = new ProcessStartInfo(python)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (string argument in arguments)
        {
            process.StartInfo.ArgumentList.Add(argument);
        }

        process.Start();
        if (arguments is ["-"])
        {
            process.StandardInput.Write(Script);
        }

        process.StandardInput.Close();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }
}
