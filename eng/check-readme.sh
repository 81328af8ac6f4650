#!/usr/bin/env bash
# Installs the packed DlPack into a throw-away project outside of the repository, and compiles and runs the README's
# code there: its first C# block, and its second one together with its C block.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

package=$(ls -t "$root"/artifacts/packages/DlPack.[0-9]*.nupkg | head -n 1)
version=$(basename "$package" .nupkg)
version=${version#DlPack.}

# block LANGUAGE N: the N-th fenced block of that language.
block() {
  awk -v fence="\`\`\`$1" -v n="$2" '
    $0 == fence { seen++; if (seen == n) { inside = 1; next } }
    $0 == "```" { inside = 0 }
    inside' "$root/README.md"
}

# program N CHECKS: the N-th C# block as a program; what follows its usings is unsafe code.
program() {
  block csharp "$1" | grep '^using [A-Z][A-Za-z.]*;$'
  printf 'unsafe\n{\n'
  block csharp "$1" | grep -v '^using [A-Z][A-Za-z.]*;$'
  printf '%s\n}\n' "$2"
}

new_project() {
  mkdir -p "$work/$1"
  cat > "$work/$1/$1.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <RestoreSources>$root/artifacts/packages</RestoreSources>
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="DlPack" Version="$version" />
  </ItemGroup>
</Project>
PROJECT
}

new_project snippet
program 1 '
if (m[0, 0] != 10 || where != DLDevice.Cpu || capsule.Name != "used_dltensor_versioned" || old.Name != "dltensor")
{
    throw new InvalidOperationException("The snippet does not do what the README says.");
}' > "$work/snippet/Program.cs"
dotnet run --project "$work/snippet"
echo "The README's snippet runs with DlPack $version."

new_project toc
block c 1 > "$work/toc/mean.c"
cc -O2 -Wall -Wextra -Werror -shared -fPIC -I"$root/tests/native" -o "$work/toc/libmean.so" "$work/toc/mean.c"
program 2 '
if (mean != 3.5)
{
    throw new InvalidOperationException($"The mean is {mean}, not 3.5.");
}' > "$work/toc/Program.cs"
LD_LIBRARY_PATH="$work/toc" dotnet run --project "$work/toc"
echo "The README's C example runs with DlPack $version."
