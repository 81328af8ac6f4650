#!/usr/bin/env bash
# eng/python-roots.sh NAME…: makes each Debian root of eng/python-packages.txt, or brings an existing one up to that
# list. Roots lie in $DLPACK_ROOTS (default /tmp/roots), 1 to 2 GB each; bookworm is the machine itself. As root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
roots=${DLPACK_ROOTS:-/tmp/roots}

install_missing() {
  local name=$1 missing=(); shift
  for package in "$@"; do
    ./in-python.sh "$name" dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  ./in-python.sh "$name" sh -c 'apt-get update -q && DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "$@"' sh "${missing[@]}"
}

for name in "$@"; do
  line=$(grep "^$name " python-packages.txt) || { echo "No such Python: $name" >&2; exit 1; }
  read -r -a packages <<< "${line#* }"
  if [ "$name" != bookworm ] && [ ! -d "$roots/$name" ]; then
    mkdir -p "$roots"
    rm -rf "$roots/$name.new"
    mmdebstrap --variant=apt --aptopt='Acquire::Check-Valid-Until "false"' \
      --aptopt='APT::Install-Recommends "false"' --dpkgopt='path-exclude=/usr/share/doc/*' \
      --dpkgopt='path-exclude=/usr/share/man/*' --include="$(IFS=,; echo "${packages[*]}")" "$name" "$roots/$name.new"
    mv "$roots/$name.new" "$roots/$name"
  fi
  install_missing "$name" "${packages[@]}"
done
