#!/usr/bin/env bash
# Compares the wheel's type stubs with the module that eng/test-wheel.sh installed, and checks the Python samples by
# them as a user's program would be.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
eng=$PWD/eng
where=artifacts/python/trixie
mkdir -p "$where"
cp samples/python/*.py "$where"
cd "$where"
# Only what users import has stubs: the rest of the package is its own business.
printf '%s\n' 'dlpack\.(_|tests\.).*' > stubs-allowed.txt
printf '%s\n' '[mypy]' 'ignore_missing_imports = True' \
  '[mypy-dlpack.tests.*,dlpack._consumers,dlpack._libraries,dlpack._producers]' 'ignore_errors = True' > mypy.ini
in_root() { "$eng/in-python.sh" trixie env PYTHONPATH=site MYPYPATH=site PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 "$@"; }
in_root -m mypy.stubtest dlpack --concise --mypy-config-file mypy.ini --allowlist stubs-allowed.txt
for sample in "$eng"/../samples/python/*.py; do
  in_root -m mypy --config-file mypy.ini --check-untyped-defs --follow-imports silent "${sample##*/}"
done
