using System.Globalization;
using DlPackNet.Interop;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace DlPackNet.GpuHost;

/// <summary>What Python may ask for. Lists of numbers have commas; "-" is an absent value.</summary>
internal static unsafe class Commands
{
    public static string Run(Machine machine, string[] words) => words switch
    {
        ["open", var kind, var gpu] => Done(() => machine.Open(kind, int.Parse(gpu))),
        ["close"] => Done(machine.Close),
        ["name"] => machine.Accelerator.Name,
        ["context"] => machine.Accelerator.NativePtr.ToString(CultureInfo.InvariantCulture),
        ["stream"] => NewStream(machine),
        ["sync"] => Done(machine.Accelerator.Synchronize),
        ["alloc", var size, var count] => Sized.Of(size).Allocate(machine, long.Parse(count)),
        ["address", var buffer] => $"{machine.Get<MemoryBuffer>(buffer).NativePtr}",
        ["lend", var size, var buffer, var dtype, var shape, var strides, var offset, var stream] =>
            Sized.Of(size).Lend(machine, buffer, DType(dtype), List(shape), List(strides), long.Parse(offset), int.Parse(stream)),
        ["raw", var address, var dtype, var shape] => Raw(machine, address, DType(dtype), List(shape)),
        ["truth", var address, var dtype, var shape] => $"{machine.Add(DlPack.AsDlPack(nint.Parse(address), DType(dtype), List(shape), stream: null))}",
        ["pagelocked", var count] => PageLocked(machine, long.Parse(count)),
        ["device", var tensor] => Device(machine.Get<DlPackObject>(tensor)),
        ["dlpack", var tensor, var stream, var major, var device, var copy] =>
            Export(machine.Get<DlPackObject>(tensor), stream, major, device, copy),
        ["take", var pointer, var major] => Import(machine, nint.Parse(pointer), major),
        ["copykernel", var size, var from, var to, var stream] =>
            Done(() => Sized.Of(size).CopyKernel(machine, from, to, int.Parse(stream))),
        ["rawkernel", var address, var count] => Done(() => Kernels.AddRaw(machine, nint.Parse(address), long.Parse(count))),
        ["slowkernel", var tensor, var value, var rounds, var stream] =>
            Done(() => Kernels.Slow(machine, tensor, float.Parse(value), int.Parse(rounds), int.Parse(stream))),
        ["view", var tensor] => $"{machine.Add(new HeldView(machine.Get<DlPackObject>(tensor).AsArrayView1D<float>(machine.Accelerator)))}",
        ["algorithms", var items, var sums] => Algorithms.Run(machine, items, sums),
        ["prekernel"] => Kernels.AcrossTheSwap(),
        ["clear"] => Done(DlPackCuda.WaitForReleases),
        ["drop", var thing] => Done(() => machine.Drop(thing)),
        ["settle"] => Done(Settle),
        ["counts"] => $"{DlPackDiagnostics.LiveObjects} {DlPackDiagnostics.LiveCapsules} {DlPackDiagnostics.LiveBlocks} "
            + $"{DlPackDiagnostics.LiveImports}",
        ["bench", var tensor, var stream, var rounds] => Bench(machine.Get<DlPackObject>(tensor), long.Parse(stream), int.Parse(rounds)),
        ["benchcopy", var tensor, var rounds] => BenchCopy(machine.Get<DlPackObject>(tensor), int.Parse(rounds)),
        _ => throw new ArgumentException($"There is no command {string.Join(' ', words)}."),
    };

    private static string Done(Action action)
    {
        action();
        return "";
    }

    private static string NewStream(Machine machine)
    {
        machine.Streams.Add(machine.Accelerator.CreateStream());
        nint handle = machine.Streams[^1] is CudaStream cuda ? cuda.StreamPtr : 0;
        return $"{machine.Streams.Count - 1} {handle}";
    }

    private static string Raw(Machine machine, string address, DLDataType dtype, long[] shape) =>
        $"{machine.Add(DlPack.AsDlPack(nint.Parse(address), dtype, shape, device: DLDevice.Cuda()))}";

    private static string PageLocked(Machine machine, long count)
    {
        PageLockedArray1D<float> array = machine.Accelerator.AllocatePageLocked1D<float>(count);
        array.Span.Fill(3);
        int tensor = machine.Add(array.AsDlPack());
        return $"{machine.Add(array)} {tensor}";
    }

    private static string Device(DlPackObject tensor) =>
        $"{(int)tensor.Device.device_type} {tensor.Device.device_id}";

    private static string Export(DlPackObject tensor, string stream, string major, string device, string copy)
    {
        using DlPackCapsule capsule = tensor.Dlpack(
            stream == "-" ? null : long.Parse(stream),
            major == "0" ? new DLPackVersion(0, 8) : null,
            device == "-" ? null : new DLDevice((DLDeviceType)List(device)[0], (int)List(device)[1]),
            copy == "-" ? null : copy == "True");
        return $"{capsule.Consume()}";
    }

    private static string Import(Machine machine, nint pointer, string major) => $"{machine.Add(major == "0"
        ? DlPack.FromDlpack((DLManagedTensor*)pointer)
        : DlPack.FromDlpack((DLManagedTensorVersioned*)pointer))}";

    private static void Settle()
    {
        for (int i = 0; i < 2; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        DlPackCuda.WaitForReleases();
    }

    private static string Bench(DlPackObject tensor, long stream, int rounds)
    {
        for (int i = 0; i < 1000; i++)
        {
            tensor.Dlpack(stream).Dispose();
        }

        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < rounds; i++)
        {
            tensor.Dlpack(stream).Dispose();
        }

        return $"{System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalNanoseconds / rounds:F0}";
    }

    private static string BenchCopy(DlPackObject tensor, int rounds)
    {
        tensor.Copy().Dispose();
        long start = System.Diagnostics.Stopwatch.GetTimestamp();
        for (int i = 0; i < rounds; i++)
        {
            tensor.Copy().Dispose();
        }

        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds / rounds;
        return $"{tensor.ByteLength / seconds / 1e9:F2}";
    }

    private static long[] List(string numbers) =>
        numbers.Length == 0 || numbers == "-" ? [] : [.. numbers.Split(',').Select(long.Parse)];

    private static DLDataType DType(string numbers) =>
        List(numbers) is [var code, var bits, var lanes]
            ? new DLDataType((DLDataTypeCode)code, (byte)bits, (ushort)lanes)
            : throw new ArgumentException($"A dtype is code,bits,lanes, not {numbers}.");
}
