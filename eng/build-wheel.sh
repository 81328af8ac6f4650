#!/usr/bin/env bash
# Makes the Python wheel: publishes the module (NativeAOT), puts it beside the package's sources and packs them with
# Debian's python3-build. The wheel lies in artifacts/wheel, and unpacked for the tests in artifacts/python/site.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
python=${PYTHON:-/usr/bin/python3}
source=src/DlPack.Python.Module/python
stage=artifacts/python/stage site=artifacts/python/site wheels=artifacts/wheel
module=artifacts/python/module

dotnet publish src/DlPack.Python.Module -c Release -r linux-x64 -o "$module"

rm -rf "$stage" "$site" "$wheels"
mkdir -p "$stage" "$site" "$wheels"
cp -r "$source/." "$stage"
cp LICENSE "$stage"
find "$stage" -name __pycache__ -prune -exec rm -rf {} +
cp "$module/_dlpack.so" "$stage/dlpack/_dlpack.abi3.so"

# The C API comes with Python itself: a library that is linked in would be a second one, or missing.
needed=$(readelf -d "$stage/dlpack/_dlpack.abi3.so" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for name in $needed; do
  case $name in
    libc.so.6 | libm.so.6 | libdl.so.2 | libpthread.so.0 | librt.so.1 | ld-linux-x86-64.so.2) ;;
    *) echo "The module needs $name, which a manylinux wheel may not ask for." >&2; exit 1 ;;
  esac
done

DLPACK_VERSION=$(sed -n 's:.*<VersionPrefix>\(.*\)</VersionPrefix>.*:\1:p' Directory.Build.props)
export DLPACK_VERSION
"$python" -m build --wheel --no-isolation --outdir "$wheels" "$stage"
"$python" -m zipfile -e "$wheels"/dlpack_net-*.whl "$site"
size=$(stat -c %s "$site/dlpack/_dlpack.abi3.so")
printf '%s, native module %s bytes\n' "$(ls "$wheels")" "$size"
[ "$size" -lt 3000000 ] || { echo 'The native module must be below 3 MB.' >&2; exit 1; }
