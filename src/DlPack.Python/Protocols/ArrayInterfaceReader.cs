using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>Reads by <c>__array_interface__</c>, version 3, or by the attributes of version 2.</summary>
internal static class ArrayInterfaceReader
{
    /// <summary>Reads a tensor.</summary>
    public static Reading Read(nint item, out nint tensor)
    {
        tensor = 0;
        if (!Py.GetOptional(item, Names.ArrayInterface, out nint dict))
        {
            return Reading.Failed;
        }

        if (dict == 0 || dict == PythonApi.None)
        {
            Py.XDecRef(dict);
            return Reading.Absent;
        }

        if (InterfaceParts.TryFromDict(dict, out InterfaceParts parts))
        {
            tensor = InterfaceReader.Read(item, parts, DLDevice.Cpu, Protocol.ArrayInterface);
        }

        parts.Dispose();
        Py.DecRefKeepingError(dict);
        return tensor == 0 ? Reading.Failed : Reading.Done;
    }

    /// <summary>Reads a tensor by attributes.</summary>
    public static Reading ReadAttributes(nint item, out nint tensor)
    {
        tensor = 0;
        if (!Py.GetOptional(item, Names.ArrayShape, out nint shape))
        {
            return Reading.Failed;
        }

        if (shape == 0)
        {
            return Reading.Absent;
        }

        if (InterfaceParts.TryFromAttributes(item, shape, out InterfaceParts parts))
        {
            tensor = InterfaceReader.Read(item, parts, DLDevice.Cpu, Protocol.ArrayAttributes);
        }

        parts.Dispose();
        Py.DecRefKeepingError(shape);
        return tensor == 0 ? Reading.Failed : Reading.Done;
    }
}
