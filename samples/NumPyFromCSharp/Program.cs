// Lends a .NET array to NumPy, lets NumPy work on it, and takes a NumPy array back: no number is copied.
using DlPackNet;
using NumPyFromCSharp;

string? library = args.Length > 0 ? args[0] : TinyPython.Find();
if (library is null)
{
    Console.WriteLine("There is no libpython3 here, so there is nothing to show. On Debian: apt install libpython3.11 "
        + "python3-numpy; elsewhere, pass the library's path.");
    return;
}

using var python = new TinyPython(library);
if (!python.TryRun("import numpy as np"))
{
    Console.WriteLine($"{library} has no NumPy, so there is nothing to show. On Debian: apt install python3-numpy.");
    return;
}

// Out: Python gets an object that every array library takes.
float[,] image = { { 1, 2, 3 }, { 4, 5, 6 } };
using (DlPackObject tensor = DlPack.AsDlPack(image))
{
    python.Set("image", tensor.ToPython());
}

python.Run("np.asarray(image)[...] *= 10");
Console.WriteLine($"NumPy multiplied the array in place: its last element is {image[1, 2]}.");

// In: what NumPy made is read where it lies, transposed as it is.
nint result = python.Get("np.arange(6, dtype='int32').reshape(2, 3).T");
using (DlPackObject tensor = DlPack.FromPython(result))
{
    python.Drop(result);
    Console.WriteLine($"NumPy's array, still alive here: {tensor}");
    if (!tensor.ToArray<int>().SequenceEqual([0, 3, 1, 4, 2, 5]) || tensor.Strides is not [1, 3])
    {
        throw new InvalidOperationException("The array that NumPy made came in otherwise.");
    }
}

if (image[1, 2] != 60 || DlPackPython.LiveObjects != 1)
{
    throw new InvalidOperationException("NumPy did not see the array, or something was not let go.");
}
