#!/usr/bin/env bash
# Packs the tool into artifacts/packages: ReadyToRun for linux-x64, portable for the rest. Nothing to do when no input has changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=artifacts/packages
stamp=$packages/tool.inputs
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)

# Content, not times: a branch switch and back packs nothing anew.
files=$(find src/Core src/Tool Directory.Build.props Directory.Packages.props global.json .editorconfig -type f \
  -not -path '*/bin/*' -not -path '*/obj/*' | LC_ALL=C sort)
inputs=$({
  dotnet --version
  echo "$files"
  git hash-object --no-filters --stdin-paths <<<"$files"
} | git hash-object --stdin)
if [ "$(cat "$stamp" 2>/dev/null)" = "$inputs" ] && [ -e "$packages/EmbSync.Tool.$version.nupkg" ]; then exit 0; fi

echo "== Packing EmbSync.Tool $version (about a minute)"
mkdir -p "$packages"
rm -f "$stamp" "$packages"/EmbSync.Tool.*
dotnet pack src/Tool -c Release --nologo --tl:off -clp:ErrorsOnly
echo "$inputs" >"$stamp"
