#!/usr/bin/env bash
# eng/with-dotnet.sh NAME COMMAND…: runs a .NET command from the present folder in one of the Debian roots. This folder,
# .NET and NuGet's packages are where they are outside. As root.
set -euo pipefail
eng=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
name=$1; shift
root=${DLPACK_ROOTS:-/tmp/roots}/$name
dotnet=$(dirname "$(readlink -f "$(command -v dotnet)")")
packages=${NUGET_PACKAGES:-$HOME/.nuget/packages}

exec unshare --mount --propagation private bash -euc '
  eng=$0 name=$1 root=$2 dotnet=$3 packages=$4; shift 4
  for folder in "$PWD" "$dotnet" "$packages" /etc/ssl/certs; do
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
  done
  exec "$eng/in-python.sh" "$name" env -C "$PWD" PATH="$dotnet:$PATH" DOTNET_ROOT="$dotnet" \
    NUGET_PACKAGES="$packages" "$@"' "$eng" "$name" "$root" "$dotnet" "$packages" "$@"
