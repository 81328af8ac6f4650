using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;

namespace DlPackNet.GpuHost;

/// <summary>The accelerator, and the numbered things that commands made.</summary>
internal sealed class Machine
{
    private readonly Dictionary<int, object> _things = [];
    private Context? _context;
    private int _next = 1;

    /// <summary>The accelerator.</summary>
    public Accelerator Accelerator { get; private set; } = null!;

    /// <summary>Streams by number; 0 is the default one.</summary>
    public List<AcceleratorStream> Streams { get; } = [];

    /// <summary>Makes the accelerator: cpu, plain (in a context of ILGPU's own) or primary.</summary>
    public void Open(string kind, int gpu)
    {
        DlPackCuda.Initialize();
        _context = kind == "cpu"
            ? Context.Create(builder => builder.CPU().EnableAlgorithms())
            : Context.Create(builder => builder.Cuda().EnableAlgorithms());
        Accelerator = kind switch
        {
            "cpu" => _context.CreateCPUAccelerator(0),
            "plain" => _context.GetCudaDevices()[gpu].CreateCudaAccelerator(_context),
            "primary" => DlPackCuda.CreateAccelerator(_context, gpu),
            _ => throw new ArgumentException($"There is no accelerator {kind}."),
        };
        Streams.Add(Accelerator.DefaultStream);
    }

    /// <summary>Disposes the accelerator.</summary>
    public void Close()
    {
        DlPackCuda.WaitForReleases();
        Streams.Clear();
        Accelerator.Dispose();
        _context!.Dispose();
    }

    /// <summary>Gives a thing a number.</summary>
    public int Add(object thing)
    {
        _things[_next] = thing;
        return _next++;
    }

    /// <summary>The thing with a number.</summary>
    public T Get<T>(string number) => (T)_things[int.Parse(number)];

    /// <summary>Disposes the thing with a number.</summary>
    public void Drop(string number)
    {
        _things.Remove(int.Parse(number), out object? thing);
        (thing as IDisposable)?.Dispose();
    }
}
