using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>
/// What stands first in every version of the exchange table (C: <c>DLPackExchangeAPIHeader</c>, 16 bytes).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct DLPackExchangeAPIHeader
{
    /// <summary>
    /// Offset 0: the table's version. Another major number means another table: see <see cref="prev_api"/>.
    /// </summary>
    public DLPackVersion version;

    /// <summary>Offset 8: the same producer's table of an older version, or null.</summary>
    public DLPackExchangeAPIHeader* prev_api;
}
