#!/usr/bin/env bash
# Times the wheel of eng/build-wheel.sh, which it makes if there is none, in the newest of the tested Pythons.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
eng=$PWD/eng where=artifacts/python/bench
[ -d artifacts/python/site ] || eng/build-wheel.sh
eng/python-roots.sh sid
rm -rf "$where"
mkdir -p "$where"
cp -r artifacts/python/site benchmarks/python/* "$where"
cd "$where"
"$eng/in-python.sh" sid ./build-nanobind.sh nanobind_peer.cpp site
"$eng/in-python.sh" sid env PYTHONPATH=site /usr/bin/python3 bench.py
