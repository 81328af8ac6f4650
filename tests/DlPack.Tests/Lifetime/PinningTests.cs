using System.Runtime.CompilerServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>Managed buffers are pinned while somebody outside can see them, and not before or after.</summary>
public sealed unsafe class PinningTests : LeakCheckedTests
{
    // Small ones are moved within the ordinary heap, large ones only by compacting the heap for large objects.
    public static TheoryData<int> Lengths => [16, 200_000];

    [Fact]
    public void An_object_alone_pins_nothing()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        _ = tensor.AsSpan<float>();
        _ = tensor.AsMemory<float>();
        _ = tensor.ToArray<float>();
        _ = tensor.ToString();

        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void Each_capsule_pins_until_it_ends()
    {
        using DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        DlPackCapsule first = tensor.Dlpack();
        DlPackCapsule second = tensor.Dlpack();
        Live.Pins.Should().Be(2);

        tensor.Dispose();
        first.Dispose();
        Live.Pins.Should().Be(1);

        DlPack.FromDlpack(second).Dispose();
        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void The_address_pins_once_until_the_object_is_disposed()
    {
        DlPackObject tensor = DlPack.AsDlPack(new float[6]);
        nint address = tensor.Data;
        Collect.Compacting();
        tensor.Data.Should().Be(address);
        Live.Pins.Should().Be(1);

        tensor.Dispose();

        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void The_address_of_an_empty_tensor_pins_nothing()
    {
        using DlPackObject tensor = DlPack.AsDlPack(Array.Empty<float>());

        tensor.Data.Should().Be(0);
        Live.Pins.Should().Be(0);
    }

    [Fact]
    public void Owned_managed_memory_is_pinned_once_for_all_who_see_it()
    {
        var owner = new CountedOwner<float>(6);
        using DlPackObject tensor = DlPack.AsDlPack(owner);
        Live.Pins.Should().Be(0);

        using DlPackCapsule first = tensor.Dlpack();
        using DlPackCapsule second = tensor.Dlpack();
        _ = tensor.Data;
        Live.Pins.Should().Be(1);

        first.Dispose();
        second.Dispose();
        Live.Pins.Should().Be(1, "somebody has the address");
        tensor.Dispose();
        Live.Pins.Should().Be(0);
        owner.Disposals.Should().Be(1);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Lent_arrays_stay_in_place_and_move_again_once_released(int length)
    {
        int[][] arrays = Collect.ArraysAmidGarbage<int>(50, length);
        var lent = new nint[arrays.Length];
        for (int i = 0; i < arrays.Length; i++)
        {
            arrays[i][^1] = i;
            lent[i] = (nint)DlPack.Export(arrays[i]);
        }

        for (int i = 0; i < 3; i++)
        {
            Collect.Compacting();
        }

        for (int i = 0; i < arrays.Length; i++)
        {
            var tensor = (DLManagedTensorVersioned*)lent[i];
            AddressOf(arrays[i]).Should().Be((nint)tensor->dl_tensor.data);
            ((int*)tensor->dl_tensor.data)[length - 1].Should().Be(i);
            tensor->deleter(tensor);
        }

        MovedBy(Collect.Compacting, arrays).Should().BeGreaterThan(0);
    }

    [Theory]
    [MemberData(nameof(Lengths))]
    public void Arrays_behind_objects_that_lend_nothing_may_move_and_are_lent_from_where_they_are(int length)
    {
        int[][] arrays = Collect.ArraysAmidGarbage<int>(50, length);
        DlPackObject[] tensors = [.. arrays.Select(array => DlPack.AsDlPack(array))];

        MovedBy(Collect.Compacting, arrays).Should().BeGreaterThan(0);

        for (int i = 0; i < arrays.Length; i++)
        {
            using DlPackObject tensor = tensors[i];
            using DlPackCapsule capsule = tensor.Dlpack();
            var lent = (DLManagedTensorVersioned*)capsule.DangerousGetPointer();
            ((nint)lent->dl_tensor.data).Should().Be(AddressOf(arrays[i]));
            tensor.Data.Should().Be(AddressOf(arrays[i]));
        }
    }

    [Fact]
    public void An_array_lives_as_long_as_somebody_has_it_and_no_longer()
    {
        (WeakReference array, nint lent) = ExportAndForget();
        Collect.Everything();
        array.IsAlive.Should().BeTrue("a consumer has it");

        var tensor = (DLManagedTensorVersioned*)lent;
        tensor->deleter(tensor);
        Collect.Everything();

        array.IsAlive.Should().BeFalse("a block that is free again must not keep it");
    }

    [Fact]
    public void An_owner_lives_as_long_as_somebody_has_its_memory_and_no_longer()
    {
        (WeakReference owner, nint lent) = ExportOwnerAndForget();
        Collect.Everything();
        owner.IsAlive.Should().BeTrue("a consumer has its memory");

        var tensor = (DLManagedTensorVersioned*)lent;
        tensor->deleter(tensor);
        Collect.Everything();

        owner.IsAlive.Should().BeFalse("a block that is free again must not keep it");
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Array, nint Lent) ExportAndForget()
    {
        float[] array = new float[6];
        return (new WeakReference(array), (nint)DlPack.Export(array));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (WeakReference Owner, nint Lent) ExportOwnerAndForget()
    {
        var owner = new CountedOwner<float>(6);
        using DlPackObject tensor = DlPack.AsDlPack(owner);
        return (new WeakReference(owner), (nint)DlPack.Export(tensor));
    }

    private static int MovedBy(Action collect, int[][] arrays)
    {
        nint[] before = [.. arrays.Select(AddressOf)];
        collect();
        return arrays.Zip(before).Count(pair => AddressOf(pair.First) != pair.Second);
    }

    private static nint AddressOf(int[] array) => (nint)Unsafe.AsPointer(ref array[0]);
}
