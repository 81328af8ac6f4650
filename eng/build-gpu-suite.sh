#!/usr/bin/env bash
# Makes artifacts/gpu-suite.tar.xz: the GPU suite with the .NET runtime, for a Linux x64 machine with an NVIDIA GPU and
# Python, without .NET and without a network. There: tar xf gpu-suite.tar.xz && python3 gpu-suite/run.py
# and, for the Python wheel, python3 gpu-suite/wheel.py
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=artifacts/gpu-suite
rm -rf "$out" "$out.tar.xz"
mkdir -p "$out"
for project in tests/gpu/DlPack.GpuHost tests/gpu/DlPack.TorchHost samples/IlgpuToPython; do
  dotnet publish "$project" -c Release -r linux-x64 --self-contained \
    -p:DebugType=none -p:SatelliteResourceLanguages=en -o "$out/host"
done
cp tests/gpu/*.py "$out/"
eng/build-wheel.sh
cp -r artifacts/python/site "$out/wheel"

# What no command of the suite needs; each is a part of .NET that a program without it never loads.
rm -f "$out"/host/{Microsoft.VisualBasic*,System.Private.Xml*,System.Private.DataContract*,System.Data.Common}.dll
rm -f "$out"/host/{libmscordbi,libmscordaccore,libcoreclrtraceptprovider,libclrgcexp,libclrgc}.so "$out"/host/createdump
tar -C artifacts -cf - gpu-suite | xz -T0 -6 > "$out.tar.xz"
du -h "$out.tar.xz"
