using Python.Runtime;

namespace DlPackNet.Python.TestHost;

/// <summary>A Python that pythonnet hosts.</summary>
internal static class PythonNet
{
    /// <summary>Exchanges tensors both ways, and ends Python.</summary>
    public static void Exchange()
    {
        Runtime.PythonDLL = EmbeddedPython.Library;
        PythonEngine.Initialize();
        using (Py.GIL())
        {
            TakeIn();
            Lend();
        }

        PythonEngine.Shutdown();
    }

    private static void TakeIn()
    {
        using PyObject item = PythonEngine.Eval("bytearray(b'abcdef')");
#pragma warning disable CS0612 // pythonnet has nothing in its place.
        using DlPackObject tensor = DlPack.FromPython(item.Handle);
#pragma warning restore CS0612
        tensor.AsSpan<byte>()[0] = (byte)'z';
        using PyObject first = item.GetItem(0);
        Scenario.Check(first.As<int>() == 'z', "Python sees what .NET writes");
    }

    private static void Lend()
    {
        float[,] array = { { 1, 2, 3 }, { 4, 5, 6 } };
        using DlPackObject tensor = DlPack.AsDlPack(array);
        nint lent = tensor.ToPython();
        using PyModule scope = Py.CreateScope();
        dynamic ctypes = scope.Import("ctypes");
        using PyObject item = ctypes.cast((long)lent, ctypes.py_object).value;
        ctypes.pythonapi.Py_DecRef(ctypes.py_object(item));
        scope.Set("dl", item);
        scope.Exec("memoryview(dl)[1, 2] = 60");
        Scenario.Check(array[1, 2] == 60, ".NET sees what Python writes");
        scope.Exec("del dl");
    }
}
