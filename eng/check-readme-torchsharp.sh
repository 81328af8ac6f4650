#!/usr/bin/env bash
# Installs the packed DlPack.TorchSharp into a throw-away project, and compiles and runs the README's code for it, on
# Debian 13, where TorchSharp's library loads. libtorch is taken from NuGet's folder if it is there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$PWD/artifacts/readme-torchsharp
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT

version=$(basename "$(ls -t artifacts/packages/DlPack.TorchSharp.*.nupkg | head -n 1)" .nupkg)
version=${version#DlPack.TorchSharp.}
libtorch=$(sed -n 's/.*"libtorch-cpu-linux-x64" Version="\([^"]*\)".*/\1/p' Directory.Packages.props)

# Out of the repository's own props, and with our packages in a folder of this run's, where none of an older build is.
printf '<Project />\n' | tee "$work/Directory.Build.props" > "$work/Directory.Packages.props"
cat > "$work/snippet.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <NoWarn>NU1603</NoWarn>
    <RestoreAdditionalProjectSources>$PWD/artifacts/packages</RestoreAdditionalProjectSources>
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
    <RestoreFallbackFolders>${NUGET_PACKAGES:-$HOME/.nuget/packages}</RestoreFallbackFolders>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="DlPack.TorchSharp" Version="$version" />
    <PackageReference Include="libtorch-cpu-linux-x64" Version="$libtorch" />
  </ItemGroup>
</Project>
PROJECT

# The first C# block after the package's name.
{
  awk '/^`DlPack.TorchSharp`/ { here = 1 }
    here && $0 == "```csharp" { inside = 1; next }
    $0 == "```" { if (inside) exit }
    inside' README.md
  cat <<'CHECKS'
if (numbers[5] != 60 || back.Strides[0] != 3 || copy[1] != 50 || weights[0].item<float>() != 7)
{
    throw new InvalidOperationException("The snippet does not do what the README says.");
}
CHECKS
} > "$work/Program.cs"

dotnet build "$work" -o "$work/out"
eng/in-trixie.sh dotnet "$work/out/snippet.dll"
echo "The README's TorchSharp example runs with DlPack.TorchSharp $version."
