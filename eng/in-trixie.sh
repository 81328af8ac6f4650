#!/usr/bin/env bash
# eng/in-trixie.sh COMMAND…: runs a .NET command from the present folder on Debian 13, whose C++ runtime is new enough
# for TorchSharp. The root is the one that the Python tests use; it is made if it is not there. As root.
set -euo pipefail
eng=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
[ -d "${DLPACK_ROOTS:-/tmp/roots}/trixie" ] || "$eng/python-roots.sh" trixie
exec "$eng/with-dotnet.sh" trixie env DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 "$@"
