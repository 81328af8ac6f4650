namespace DlPackNet.Benchmarks.HandOver;

/// <summary>1 GiB of a library: how it is lent and taken by its adapter, and what its users do without one.</summary>
internal abstract class Gigabyte
{
    /// <summary>The rows, and the columns, of its floats.</summary>
    public const int Side = 1 << 14;

    /// <summary>The last row, and the last column.</summary>
    protected const int Last = Side - 1;

    /// <summary>Its name in the table.</summary>
    public abstract string Name { get; }

    /// <summary>Ones, but for the last, by which a view is known.</summary>
    public static float[] Items(float last)
    {
        float[] items = new float[Side * Side];
        Array.Fill(items, 1);
        items[^1] = last;
        return items;
    }

    /// <summary>Lends one.</summary>
    public abstract DlPackObject Lend(object value);

    /// <summary>Makes one that is a view of the tensor, and reads its last element through it.</summary>
    public abstract float Take(DlPackObject tensor);

    /// <summary>One of these items, by the library's usual way, which may be to wrap them.</summary>
    public abstract object CopyIn(float[] items);

    /// <summary>Its items, by the library's usual way.</summary>
    public abstract float[] CopyOut(object value);
}
