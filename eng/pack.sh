#!/usr/bin/env bash
# Packs into artifacts/packages. Nothing to do when no input has changed.
#   eng/pack.sh         the tool for this machine: EmbSync.Tool, and the package of its runtime that this one points to
#   eng/pack.sh --all   all that a release publishes: the tool for every runtime, a portable one, and EmbSync.MSBuild; built anew
# The same commit gives the same bytes. RepositoryUrl=... names where the sources are, if git's origin doesn't.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
packages=artifacts/packages
build=artifacts/pack
stamp=$packages/inputs
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
case ${1:-} in
  '') runtime=$(dotnet --info | sed -n 's/^ *RID: *//p' | head -n 1) ;;
  --all) runtime=all ;;
  *) echo "usage: eng/pack.sh [--all]" >&2; exit 2 ;;
esac
# A machine that has no package of its own takes the portable one.
if ! grep -q "RuntimeIdentifiers.*[>;]$runtime[;<]" src/Tool/Tool.csproj && [ "$runtime" != all ]; then runtime=any; fi

# Content, not times: a branch switch and back packs nothing anew. What only a release shows is where it comes from.
files=$(find src Directory.Build.props Directory.Packages.props global.json .editorconfig -type f \
  -not -path '*/bin/*' -not -path '*/obj/*' | LC_ALL=C sort)
content=$({
  dotnet --version
  echo "$files"
  git hash-object --no-filters --stdin-paths <<<"$files"
} | git hash-object --stdin)
origin="$(git rev-parse HEAD) ${RepositoryUrl:-$(git remote get-url origin 2>/dev/null || true)}"
wanted="$content $(git hash-object --stdin <<<"$origin") all"
if [ "$runtime" != all ]; then wanted=$content; fi
if [[ "$(cat "$stamp" 2>/dev/null) " = "$wanted "* ]] && [ -e "$packages/EmbSync.Tool.$version.nupkg" ]; then exit 0; fi

echo "== Packing EmbSync $version for $runtime (a minute or two)"
mkdir -p "$packages"
rm -f "$stamp" "$packages"/EmbSync.*
if [ "$runtime" = all ]; then rm -rf "$build"; fi
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
# In a folder of its own: what tests build is built otherwise. Analyzers look at the same code when the tests are built.
options=(--artifacts-path "$PWD/$build" -p:PackFor="$runtime")
pack() { dotnet pack "$@" -c Release --no-restore --nologo --tl:off -clp:ErrorsOnly -p:RunAnalyzers=false "${options[@]}"; }
eng/restore.sh src/Tool "${options[@]}"
pack src/Tool
if [ "$runtime" = all ]; then
  eng/restore.sh src/MsBuildTask "${options[@]}"
  pack src/MsBuildTask -p:EmbSyncToolFolder="$PWD/$build/publish/Tool/release_any/"
  echo "$wanted" >"$stamp"
else
  echo "$content" >"$stamp"
fi
