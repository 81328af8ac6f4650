#!/usr/bin/env bash
# Writes what the compiler finds missing from a project's list of its public API (RS0016) into
# PublicAPI.Unshipped.txt, and sorts it. Run it after a deliberate change of the API, and read the difference.
set -euo pipefail
project=${1:-src/DlPack}
list=$project/PublicAPI.Unshipped.txt
found=$(dotnet build "$project" --no-incremental -p:TreatWarningsAsErrors=false -v q 2>&1 \
  | grep -o "RS0016: Symbol '.*' is not part of the declared public API" \
  | sed "s/^RS0016: Symbol '//; s/' is not part of the declared public API$//" | sort -u || true)
{
  echo '#nullable enable'
  { grep -v '^#nullable enable' "$list" || true; printf '%s\n' "$found"; } | grep -v '^$' | LC_ALL=C sort -u
} > "$list.new"
mv "$list.new" "$list"
wc -l "$list"
