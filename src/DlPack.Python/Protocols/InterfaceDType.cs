using System.Globalization;
using DlPackNet.Interop;

namespace DlPackNet.Python;

/// <summary>
/// The dtype of an array interface: its typestr, and for extension types what the object calls its dtype.
/// </summary>
internal static unsafe class InterfaceDType
{
    /// <summary>Reads it. Needs the GIL; what fails leaves a Python error.</summary>
    /// <param name="item">The object that has the interface.</param>
    /// <param name="typeString">Byte order, kind, size in bytes; 0 if missing.</param>
    /// <param name="dtype">The dtype.</param>
    /// <param name="itemSize">In bytes.</param>
    /// <param name="flags">Gets a flag where narrow elements take a byte each.</param>
    public static bool TryRead(
        nint item, nint typeString, out DLDataType dtype, out long itemSize, ref DLPackFlags flags)
    {
        dtype = default;
        itemSize = 0;
        string? text = typeString == 0 || PythonApi.PyType_IsSubtype(Py.TypeOf(typeString), PythonApi.UnicodeType) == 0
            ? null
            : Py.ToText(typeString);
        if (text is null)
        {
            PythonError.Set(PythonApi.BufferError, "It has no typestr that is a str.");
            return false;
        }

        string digits = text.Length < 3 ? string.Empty : text[2..];
        int unit = digits.IndexOf('[', StringComparison.Ordinal);
        bool hasSize = long.TryParse(
            unit < 0 ? digits : digits[..unit], NumberStyles.None, CultureInfo.InvariantCulture, out itemSize);
        if (text.Length < 2 || text[0] is not ('<' or '>' or '|' or '=') || (!hasSize && text[1] != 'O'))
        {
            PythonError.Set(
                PythonApi.BufferError, $"Its typestr \"{text}\" is not byte order, kind and size, as in \"<f4\".");
            return false;
        }

        return TryRead(item, text, text[1], itemSize, out dtype, ref flags);
    }

    /// <summary>As above, of what has been taken apart already.</summary>
    public static bool TryRead(
        nint item, string typeString, char kind, long itemSize, out DLDataType dtype, ref DLPackFlags flags)
    {
        // Of structs it says nothing: each field has its own, and NumPy marks none of them as native.
        if (IsForeign(typeString[0]) && itemSize > 1 && kind != 'V')
        {
            dtype = default;
            PythonError.Set(
                PythonApi.BufferError,
                $"Its elements have foreign byte order (\"{typeString}\"). Swap them first, as by NumPy's "
                + "astype(dtype.newbyteorder('=')).");
            return false;
        }

        if (TypeString.Parse(kind, itemSize) is { } known)
        {
            dtype = known;
            return true;
        }

        dtype = default;
        if (!TryDTypeName(item, out string? name))
        {
            return false;
        }

        if (name is not null && ExtensionDTypes.TryGet(name, out dtype, out bool isPadded) && itemSize == Bytes(dtype))
        {
            flags |= isPadded ? DLPackFlags.IsSubByteTypePadded : DLPackFlags.None;
            return true;
        }

        PythonError.Set(
            PythonApi.BufferError,
            $"Its elements, typestr \"{typeString}\", have no dtype in DLPack. {WayOut(kind, itemSize)}");
        return false;
    }

    private static bool IsForeign(char order) => order == (BitConverter.IsLittleEndian ? '>' : '<');

    private static long Bytes(DLDataType dtype) => (dtype.BitsPerElement + 7) / 8;

    // Null where it has none. False with an error that is to be passed on.
    private static bool TryDTypeName(nint item, out string? name)
    {
        nint dtype = PythonApi.PyObject_GetAttr(item, Names.DType);
        nint text = dtype == 0 ? 0 : PythonApi.PyObject_GetAttr(dtype, Names.Name);
        bool isFine = text != 0 || PythonError.ClearUnlessGrave();
        name = text == 0 ? null : Py.ToText(text);
        Py.XDecRef(text);
        Py.XDecRef(dtype);
        return isFine;
    }

    private static string WayOut(char kind, long size) => kind switch
    {
        'M' or 'm' => "Times are numbers by .view('int64').",
        'O' => "Python objects cannot be lent: convert them to numbers, as by .astype('float64').",
        'S' or 'a' => "Text is bytes by .view('uint8').",
        'U' => "Text is code points by .view('uint32').",
        'V' => "Take one field of a structured array, or its bytes by .view('uint8').",
        't' => "Unpack bits to bools first.",
        'f' or 'c' when size > 8 => "Only IEEE floats are exchanged: convert them by .astype('float64').",
        _ => "Convert them to numbers of 1, 2, 4 or 8 bytes.",
    };
}
