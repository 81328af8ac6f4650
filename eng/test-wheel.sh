#!/usr/bin/env bash
# eng/test-wheel.sh [NAME…]: installs the wheel of eng/build-wheel.sh in each Python of eng/python-packages.txt (all
# of them if none is named) and runs the tests that it carries. What Debian has for that Python may not be skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
eng=$PWD/eng
[ $# -gt 0 ] || set -- bookworm trixie sid
status=0
declare -A total

# The modules that Debian's packages bring, and the peer that is compiled here.
modules() {
  sed -n "s/^$1 //p" "$eng/python-packages.txt" | tr ' ' '\n' |
    sed -n 's/^python3-\(dev\|dbg\|pytest\)$//; s/^python3-pil$/PIL/p; s/^python3-\(ml-dtypes\)$/ml_dtypes/p
            s/^python3-\([a-z]*\)$/\1/p; s/^nanobind-dev$/dlpack_nanobind_peer/p' | tr '\n' ' '
}

# A driver that only records what it is asked for; what is made here runs on the later systems too.
stub=artifacts/python/libcuda_stub.so
cc -shared -fPIC -O1 -o "$stub" tests/native/cuda_stub.c -lpthread

for name in "$@"; do
  where=artifacts/python/$name
  rm -rf "$where"
  mkdir -p "$where/site"
  cp "$stub" "$where"
  # pip chooses by the tags that the target's Python accepts; it runs here, since the roots have none.
  version=$("$eng/in-python.sh" "$name" /usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  glibc=$("$eng/in-python.sh" "$name" /usr/bin/python3 -c \
    'import os; print(os.confstr("CS_GNU_LIBC_VERSION").split(".")[1])')
  mapfile -t platforms < <(seq -f '--platform=manylinux_2_%g_x86_64' 17 "$glibc")
  /usr/bin/python3 -m pip install --quiet --no-index --no-deps --no-compile --only-binary=:all: --root-user-action=ignore \
    --python-version "$version" --implementation cp --abi abi3 "${platforms[@]}" \
    --target "$where/site" artifacts/wheel/dlpack_net-*.whl
  case " $(modules "$name")" in
    *nanobind*)
      cp benchmarks/python/nanobind_peer.cpp benchmarks/python/build-nanobind.sh "$where"
      (cd "$where" && "$eng/in-python.sh" "$name" ./build-nanobind.sh nanobind_peer.cpp site) ;;
  esac
  printf '\n-- %s: Python %s, %s\n' "$name" "$version" "$(modules "$name")"
  (cd "$where" && "$eng/in-python.sh" "$name" env PYTHONPATH=site PYTHONDONTWRITEBYTECODE=1 \
    DLPACK_TESTS_REQUIRE="$(modules "$name")cuda_stub" DLPACK_TESTS_CUDA_STUB="./${stub##*/}" \
    /usr/bin/python3 -c 'import sys, dlpack; sys.exit(dlpack.tests.run("-q", "-rs", *sys.argv[1:]))' ${PYTEST_ARGUMENTS:-}
  ) 2>&1 | tee "$where/tests.log" || status=1
  for kind in passed failed skipped error; do
    n=$(tail -n 1 "$where/tests.log" | grep -o "[0-9]* $kind" | cut -d ' ' -f 1 || true)
    total[$kind]=$((${total[$kind]:-0} + ${n:-0}))
  done
done

# As the runner of the .NET tests says it.
printf '\n  succeeded: %s\n  failed: %s\n  skipped: %s\n' "${total[passed]}" "$((total[failed] + total[error]))" \
  "${total[skipped]}"
exit "$status"
