#!/usr/bin/env bash
# Installs the packed packages into throw-away projects outside of the repository, and compiles and runs the README's
# code there: its first C# block, its second one together with its C block, and each adapter's block with that adapter.
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

# new_project NAME PACKAGE [PROPERTY…]: what our packages need of others comes from the machine's own sources.
new_project() {
  local name=$1 package=$2; shift 2
  mkdir -p "$work/$name"
  cat > "$work/$name/$name.csproj" <<PROJECT
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
    <AllowUnsafeBlocks>true</AllowUnsafeBlocks>
    <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
    <!-- What TensorSpan is marked as; and that some feeds lack the oldest patch that ONNX Runtime names. -->
    <NoWarn>\$(NoWarn);SYSLIB5001;NU1603</NoWarn>
    <RestoreAdditionalProjectSources>$root/artifacts/packages</RestoreAdditionalProjectSources>
    <RestorePackagesPath>$work/packages</RestorePackagesPath>
  </PropertyGroup>
  <ItemGroup>
    <PackageReference Include="$package" Version="$version" />
    $*
  </ItemGroup>
</Project>
PROJECT
}

# is_packed PACKAGE: what was installed is what was packed here, and not one of the same version from elsewhere.
is_packed() {
  cmp "$work/packages/${1,,}/$version/${1,,}.$version.nupkg" "$root/artifacts/packages/$1.$version.nupkg"
}

# adapter NAME N CHECKS [PACKAGE-REFERENCE…]: the N-th C# block with an adapter. (A project may not have the name of a
# package that it needs.)
adapter() {
  local name=$1 n=$2 checks=$3; shift 3
  new_project "With$name" "DlPack.$name" "$@"
  program "$n" "$checks" > "$work/With$name/Program.cs"
  (cd "$work/With$name" && dotnet run)
  is_packed "DlPack.$name"
  is_packed DlPack
  echo "The README's example of DlPack.$name runs with version $version."
}

new_project snippet DlPack
program 1 '
if (m[0, 0] != 10 || where != DLDevice.Cpu || capsule.Name != "used_dltensor_versioned" || old.Name != "dltensor")
{
    throw new InvalidOperationException("The snippet does not do what the README says.");
}' > "$work/snippet/Program.cs"
dotnet run --project "$work/snippet"
is_packed DlPack
echo "The README's snippet runs with DlPack $version."

new_project toc DlPack
block c 1 > "$work/toc/mean.c"
cc -O2 -Wall -Wextra -Werror -shared -fPIC -I"$root/tests/native" -o "$work/toc/libmean.so" "$work/toc/mean.c"
program 2 '
if (mean != 3.5)
{
    throw new InvalidOperationException($"The mean is {mean}, not 3.5.");
}' > "$work/toc/Program.cs"
LD_LIBRARY_PATH="$work/toc" dotnet run --project "$work/toc"
echo "The README's C example runs with DlPack $version."

adapter HighPerformance 3 '
if (image[10, 20] != 1 || stored.Span[0, 0] != 1 || owned.NDim != 2)
{
    throw new InvalidOperationException("The example of DlPack.HighPerformance does not do what the README says.");
}'

adapter Tensors 4 '
if (tensor[1, 2] != 1 || copy[2, 1] != 1 || !kept.IsCopied)
{
    throw new InvalidOperationException("The example of DlPack.Tensors does not do what the README says.");
}'

mkdir -p "$work/WithOnnxRuntime"
cp "$root/samples/QuickStart/model/digits.onnx" "$work/WithOnnxRuntime"
ort=$(sed -n 's/.*"Microsoft.ML.OnnxRuntime" Version="\([^"]*\)".*/\1/p' "$root/Directory.Packages.props")
adapter OnnxRuntime 5 '
if (Math.Abs(scores.Cast<float>().Sum() - 1) > 1e-5 || digit.ToArray<long>() is not [>= 0 and <= 9])
{
    throw new InvalidOperationException("The example of DlPack.OnnxRuntime does not do what the README says.");
}' "<PackageReference Include=\"Microsoft.ML.OnnxRuntime\" Version=\"$ort\" />"

adapter Arrow 7 '
if (!copy.SequenceEqual([2f, 3f, 4f]) || back.AsReadOnlySpan<float>()[1] != 5 || !dl.IsReadOnly || back.NDim != 3)
{
    throw new InvalidOperationException("The example of DlPack.Arrow does not do what the README says.");
}'

adapter ILGPU 8 '
if (array[1, 2] != -6 || lent.Length != 100)
{
    throw new InvalidOperationException("The example of DlPack.ILGPU does not do what the README says.");
}'

# What the example leaves to its reader: a Python, and an object of it.
new_project Python DlPack.Python
cp "$root/samples/NumPyFromCSharp/TinyPython.cs" "$work/Python"
program 9 '
python.Set("lent", lent);
python.Run("memoryview(lent)[1, 2] = 60");
if (array[1, 2] != 60 || !dl.IsReadOnly || dl.Length != 6)
{
    throw new InvalidOperationException("The example of DlPack.Python does not do what the README says.");
}' | sed 's/^unsafe$/using var python = new NumPyFromCSharp.TinyPython(NumPyFromCSharp.TinyPython.Find()!);\
nint pyObject = python.Get("b\x27Hello!\x27");\
unsafe/' > "$work/Python/Program.cs"
(cd "$work/Python" && dotnet run)
is_packed DlPack.Python
echo "The README's example of DlPack.Python runs with version $version."
