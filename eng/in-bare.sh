#!/usr/bin/env bash
# eng/in-bare.sh COMMAND…: runs a .NET command from the present folder on a Debian 12 with what the .NET SDK needs and
# nothing else: no compiler, no Python. The root is made if it is not there. As root.
set -euo pipefail
eng=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=${DLPACK_ROOTS:-/tmp/roots}/bare
if [ ! -d "$root" ]; then
  mkdir -p "$(dirname "$root")"
  rm -rf "$root.new"
  mmdebstrap --variant=essential --include=ca-certificates,libgcc-s1,libicu72,libssl3,libstdc++6,zlib1g bookworm "$root.new"
  mv "$root.new" "$root"
fi
exec "$eng/with-dotnet.sh" bare "$@"
