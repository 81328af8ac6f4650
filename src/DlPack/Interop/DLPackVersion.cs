using System.Runtime.InteropServices;

namespace DlPackNet.Interop;

/// <summary>The version of the DLPack ABI that a tensor was made for (C: <c>DLPackVersion</c>, 8 bytes).</summary>
/// <remarks>
/// Another <see cref="major"/> means another memory layout: nothing but the deleter may be used. Another
/// <see cref="minor"/> means new codes in the same layout.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public struct DLPackVersion : IEquatable<DLPackVersion>
{
    /// <summary>Offset 0, <c>uint32_t</c>: changes when the layout does.</summary>
    public uint major;

    /// <summary>Offset 4, <c>uint32_t</c>: changes when codes are added.</summary>
    public uint minor;

    /// <summary>Makes the version <paramref name="major"/>.<paramref name="minor"/>.</summary>
    /// <param name="major">The number of the layout.</param>
    /// <param name="minor">The number of the code tables.</param>
    public DLPackVersion(uint major, uint minor)
    {
        this.major = major;
        this.minor = minor;
    }

    internal const uint CurrentMajor = 1;
    internal const uint CurrentMinor = 3;

    /// <summary>The version that this library writes into every versioned tensor: 1.3.</summary>
    public static DLPackVersion Current => new(CurrentMajor, CurrentMinor);

    /// <summary>Whether both versions are the same.</summary>
    public static bool operator ==(DLPackVersion left, DLPackVersion right) => left.Equals(right);

    /// <summary>Whether the versions differ.</summary>
    public static bool operator !=(DLPackVersion left, DLPackVersion right) => !left.Equals(right);

    /// <inheritdoc/>
    public readonly bool Equals(DLPackVersion other) => major == other.major && minor == other.minor;

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is DLPackVersion other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode() => unchecked((int)(major * 65599 + minor));

    /// <summary>"major.minor".</summary>
    public override readonly string ToString() => FormattableString.Invariant($"{major}.{minor}");
}
