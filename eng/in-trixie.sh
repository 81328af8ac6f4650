#!/usr/bin/env bash
# eng/in-trixie.sh COMMAND…: runs a .NET command from the present folder on Debian 13, whose C++ runtime is new enough
# for TorchSharp. This folder, .NET and NuGet's packages are where they are outside. The root is the one that the
# Python tests use; it is made if it is not there. As root.
set -euo pipefail
eng=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DLPACK_ROOTS:-/tmp/roots}/trixie
[ -d "$root" ] || "$eng/python-roots.sh" trixie
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

exec unshare --mount --propagation private bash -euc '
  eng=$0 root=$1 dotnet=$2 packages=$3; shift 3
  for folder in "$PWD" "$dotnet" "$packages"; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
  done
  exec "$eng/in-python.sh" trixie env -C "$PWD" PATH="$dotnet:$PATH" DOTNET_ROOT="$dotnet" NUGET_PACKAGES="$packages" \
    DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$@"' "$eng" "$root" "$dotnet" "$packages" "$@"
