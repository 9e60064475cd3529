#!/usr/bin/env bash
# What becomes of Markdown that nobody wrote for embsync: the files of 300 npm packages (bench/corpus/packages.txt), front matter in the dialects of
# 28 tools and habits (bench/corpus/dialects), and any folders that are given. bench/README.md says more.
#
# usage: bench/corpus.sh [FOLDER...]
#   EMBSYNC_CORPUS   keeps the packages' files there for the next run (default: a folder that is deleted)
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/embsync-corpus-XXXXXX")
trap 'rm -rf "$work"' EXIT
packages=${EMBSYNC_CORPUS:-$work/packages}
mkdir -p "$packages" "$work/tarballs"

# Only Markdown is unpacked, and nothing of a package is run.
while read -r package; do
  place=$packages/$(tr '/@' '__' <<< "$package")
  [ -e "$place/.done" ] && continue
  mkdir -p "$place"
  tarball=$(cd "$work/tarballs" && npm pack --silent --ignore-scripts "$package" | tail -1)
  tar -xzf "$work/tarballs/$tarball" -C "$place" --wildcards --ignore-case '*.md' '*.mdx' '*.markdown' 2> "$work/tar.log" \
    || grep -q 'Not found in archive' "$work/tar.log"
  rm -f "$work/tarballs/$tarball"
  touch "$place/.done"
done < "$root/bench/corpus/packages.txt"

dotnet build "$root/bench/Bench/Bench.csproj" -c Release -o "$work/bench" --nologo -v quiet -clp:NoSummary
echo '| group | files | items | empty | lost | warnings | crashes | chunks | seconds | peak MB |'
echo '| --- | ---: | ---: | ---: | --- | --- | ---: | ---: | ---: | ---: |'
failed=0
dotnet "$work/bench/EmbSync.Bench.dll" corpus 'npm packages' "$packages" || failed=1
dotnet "$work/bench/EmbSync.Bench.dll" corpus 'front matter dialects' "$root/bench/corpus/dialects" || failed=1
for folder in "$@"; do
  dotnet "$work/bench/EmbSync.Bench.dll" corpus "$(basename "$folder")" "$folder" || failed=1
done
exit $failed
