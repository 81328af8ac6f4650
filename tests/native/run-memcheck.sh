#!/usr/bin/env bash
# Exchanges tensors between C and the library, compiled ahead of time, under valgrind. Succeeds if the right program
# gives valgrind no cause for complaint, and each wrong one does. Arguments are passed on to dotnet publish.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
out="$root/artifacts/memcheck"
compiler=${CC:-cc}
# The exit status by which valgrind says that it has found something.
found=9

for tool in dotnet valgrind "$compiler"; do
    command -v "$tool" > /dev/null || { echo "memcheck: $tool is not on PATH" >&2; exit 2; }
done

# Without its debug symbols: valgrind gives up on files whose DWARF is newer than it knows.
dotnet publish "$root/tests/DlPack.NativeHost" --configuration Release --use-current-runtime --output "$out" \
    -p:CopyOutputSymbolsToPublishDirectory=false "$@"
rm -f "$out/DlPack.NativeHost.so.dbg"

"$compiler" -std=c11 -g -O1 -Wall -Wextra -Werror -o "$out/memcheck" "$here/memcheck.c" "$here"/peer_*.c \
    -L "$out" -l:DlPack.NativeHost.so -Wl,-rpath,"$out" -pthread -lm

# Memory to which a pointer is left is no leak: the library keeps a bounded number of blocks for the next export.
check() {
    # .NET reserves 256 GB of address space unless it is told that it may never have so much.
    DOTNET_GCHeapHardLimit=0x10000000 valgrind --quiet --error-exitcode="$found" --leak-check=full \
        --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect "$out/memcheck" "$@"
}

check

for misdeed in read-data-after-delete write-data-after-delete read-struct-after-delete write-before-data \
    lie-about-the-shape leak leak-an-array leak-an-import; do
    status=0
    check "$misdeed" > "$out/$misdeed.log" 2>&1 || status=$?
    if [ "$status" != "$found" ]; then
        cat "$out/$misdeed.log" >&2
        echo "memcheck: $misdeed went unnoticed (exit status $status)" >&2
        exit 1
    fi
    echo "noticed, as it must be: $misdeed"
done
echo "memcheck: passed"
