#!/bin/sh
# build-nanobind.sh SOURCE FOLDER: compiles the peer with Debian's nanobind-dev, for the Python that runs here.
set -eu
nanobind=/usr/share/nanobind
python=/usr/bin/python3
flags=$($python -c 'import sysconfig; print("-I" + sysconfig.get_path("include"))')
suffix=$($python -c 'import sysconfig; print(sysconfig.get_config_var("EXT_SUFFIX"))')
g++ -std=c++17 -O3 -DNDEBUG -fPIC -shared -fvisibility=hidden -fno-strict-aliasing $flags -I"$nanobind/include" \
  "$1" "$nanobind/src/nb_combined.cpp" -o "$2/dlpack_nanobind_peer$suffix"
