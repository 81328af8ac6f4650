using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using DlPackNet.Interop;
using FluentAssertions;
using Xunit;

namespace DlPackNet.Tests.Lifetime;

/// <summary>
/// Whatever owns the memory is released once, by the last of its borrowers, in whatever order they end.
/// </summary>
public sealed unsafe class OwnerOrderTests : LeakCheckedTests
{
    private static int _nativeReleases;

    /// <summary>How an owner's memory becomes a tensor, and how often the owner was released so far.</summary>
    public enum Kind
    {
        Memory,
        SafeHandle,
        Callback,
        NativeCallback,
        Disposable,
        Derived,
    }

    /// <summary>Every kind with every order in which object, capsule, second object and import can end.</summary>
    public static TheoryData<Kind, string> Orders
    {
        get
        {
            var data = new TheoryData<Kind, string>();
            foreach (Kind kind in Enum.GetValues<Kind>())
            {
                foreach (string order in Permutations("OCSI"))
                {
                    data.Add(kind, order);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Orders))]
    public void The_last_borrower_releases_whoever_it_is(Kind kind, string order)
    {
        (DlPackObject tensor, Func<int> releases) = Make(kind);
        var borrowers = new Dictionary<char, IDisposable>
        {
            ['O'] = tensor,
            ['C'] = tensor.Dlpack(),
            ['S'] = DlPack.AsDlPack(tensor),
            ['I'] = DlPack.FromDlpack(tensor.Dlpack()),
        };

        foreach (char borrower in order)
        {
            releases().Should().Be(0, "{0} has not ended", borrower);
            borrowers[borrower].Dispose();
        }

        releases().Should().Be(1);
        Live.Should().Be(default(LiveCounts));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Memory_given_out_is_a_borrower_that_ends_by_being_collected(bool objectFirst)
    {
        var owner = new CountedOwner<float>(6);
        owner.Array[5] = 5;
        DlPackObject tensor = DlPack.AsDlPack(owner);

        if (objectFirst)
        {
            UseMemory(tensor, whileHeld: () =>
            {
                tensor.Dispose();
                Collect.Everything();
                owner.Disposals.Should().Be(0);
            });
        }
        else
        {
            UseMemory(tensor, whileHeld: () => { });
            Collect.Everything();
            owner.Disposals.Should().Be(0, "the object has not ended");
            tensor.Dispose();
        }

        Collect.Everything();
        owner.Disposals.Should().Be(1);
    }

    [Fact]
    public void A_handle_that_its_own_user_disposed_stays_open_until_the_last_borrower_ends()
    {
        using var handle = new CountedHandle();
        DlPackObject tensor = new CountedMemory().Lend(DlPackOwner.FromSafeHandle(handle));

        handle.Dispose();
        handle.Closings.Should().Be(0);
        tensor.Dispose();

        handle.Closings.Should().Be(1);
    }

    [Fact]
    public void A_handle_is_still_its_users_after_the_last_borrower_ended()
    {
        using var handle = new CountedHandle();

        new CountedMemory().Lend(DlPackOwner.FromSafeHandle(handle)).Dispose();

        handle.IsClosed.Should().BeFalse();
        handle.Dispose();
        handle.Closings.Should().Be(1);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void UseMemory(DlPackObject tensor, Action whileHeld)
    {
        Memory<float> memory = tensor.AsMemory<float>();
        whileHeld();
        memory.Span[5].Should().Be(5);
        GC.KeepAlive(memory);
    }

    private static (DlPackObject Tensor, Func<int> Releases) Make(Kind kind)
    {
        var memory = new CountedMemory();
        switch (kind)
        {
            case Kind.Memory:
                var owner = new CountedOwner<float>(6);
                return (DlPack.AsDlPack(owner), () => owner.Disposals);
            case Kind.SafeHandle:
                var handle = new CountedHandle();
                DlPackObject tensor = memory.Lend(DlPackOwner.FromSafeHandle(handle));
                handle.Dispose();
                return (tensor, () => handle.Closings);
            case Kind.NativeCallback:
                int before = _nativeReleases;
                DlPackOwner native = DlPackOwner.FromCallback(&OnNativeRelease, (void*)memory.Address);
                return (memory.Lend(native), () => _nativeReleases - before);
            case Kind.Disposable:
                var disposable = new CountedOwner<float>(0);
                return (memory.Lend(DlPackOwner.FromDisposable(disposable)), () => disposable.Disposals);
            case Kind.Derived:
                var derived = new StrictPinnableOwner(new float[6]);
                return (
                    DlPack.AsDlPack(0, DLDataType.Float32, [6], owner: derived),
                    () => derived.Releases + derived.Mistakes.Count);
            default:
                return (memory.Lend(), () => memory.Releases);
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnNativeRelease(void* context)
    {
        // Six floats: a wrong context would show as a wrong sum.
        float sum = 0;
        for (int i = 0; i < 6; i++)
        {
            sum += ((float*)context)[i];
        }

        _nativeReleases += sum == CountedMemory.Sum ? 1 : 1000;
    }

    private static IEnumerable<string> Permutations(string letters) => letters.Length == 1
        ? [letters]
        : letters.SelectMany((letter, i) => Permutations(letters.Remove(i, 1)).Select(rest => letter + rest));
}
