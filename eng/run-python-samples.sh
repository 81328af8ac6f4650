#!/usr/bin/env bash
# Runs samples/python, each in every Python of the tests, with the wheel that eng/test-wheel.sh installed there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
eng=$PWD/eng
for name in bookworm trixie sid; do
  for sample in samples/python/*.py; do
    cp "$sample" "artifacts/python/$name"
    printf '\n%s, %s:\n' "$name" "$sample"
    (cd "artifacts/python/$name" && "$eng/in-python.sh" "$name" env PYTHONPATH=site /usr/bin/python3 "${sample##*/}")
  done
done
