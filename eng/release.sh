#!/usr/bin/env bash
# Checks that the last commit can be released, and lists what would be published. Nothing is published without --push.
#   eng/release.sh          clean tree, one version everywhere, a word in CHANGELOG.md, all packages there and right, the same bytes from another clone
#   eng/release.sh --push   publishes what passed: EMBSYNC_PUSH_SOURCE is the feed (an address or a folder), NUGET_API_KEY its key, which is never
#                           shown and stands on no command line
# Ends with 1 when a check fails; then nothing is published.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null
push=
case ${1:-} in
  '') ;;
  --push) push=1 ;;
  *) echo "usage: eng/release.sh [--push]" >&2; exit 2 ;;
esac
if [ -n "$push" ] && { [ -z "${EMBSYNC_PUSH_SOURCE:-}" ] || [ -z "${NUGET_API_KEY:-}" ]; }; then
  echo "--push needs EMBSYNC_PUSH_SOURCE, the feed to publish to, and NUGET_API_KEY, its key." >&2
  exit 2
fi
key=${NUGET_API_KEY:-}
unset NUGET_API_KEY   # of what runs below only the push has it

packages=artifacts/packages
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
failed=0
check() { # check WHAT SAYS-WHAT-IS-WRONG...; what is wrong is nothing when all is well
  if [ -z "$2" ]; then echo "ok      $1"; else printf 'FAILED  %s: %s\n' "$1" "$2"; failed=$((failed + 1)); fi
}

echo "== embsync $version at $(git rev-parse --short HEAD)"
check "work tree is clean" "$(git status --porcelain | head -n 5 | tr '\n' ' ')"
pinned=$(tr -d ' \n' <.config/dotnet-tools.json | sed -n 's/.*"embsync.tool":{"version":"\([^"]*\)".*/\1/p')
check "one version" "$([ "$pinned" = "$version" ] || echo ".config/dotnet-tools.json has '$pinned', Directory.Build.props '$version'")"
entry=$(awk -v head="## [$version]" 'index($0, "## ") == 1 { on = index($0, head) == 1 } on && /^- / { n++ } END { print n + 0 }' CHANGELOG.md)
check "CHANGELOG.md tells of it" "$([ "$entry" != 0 ] || echo "no entries under '## [$version]'")"
if [ "$failed" != 0 ] && [ -n "$push" ]; then echo "Nothing was published." >&2; exit 1; fi

echo
eng/test-packages.sh && wrong='' || wrong="see above"
check "the packages are right" "$wrong"
# Once more elsewhere: what comes out may depend on the commit alone.
again=$(mktemp -d "${TMPDIR:-/tmp}/embsync-release.XXXXXX")
trap 'rm -rf "$again"' EXIT
git clone --quiet . "$again/clone"
git -C "$again/clone" remote set-url origin "$(git remote get-url origin 2>/dev/null || echo none)"
(cd "$again/clone" && eng/pack.sh --all) && wrong='' || wrong="it could not be packed there"
for package in "$packages"/*.nupkg; do
  cmp -s "$package" "$again/clone/$package" || wrong="${wrong:+$wrong }$(basename "$package") differs;"
done
check "another clone packs the same bytes" "$wrong"

# The packages that are pointed to come first: nobody finds the tool before all of it is there.
echo
echo "== What $([ -n "$push" ] && echo is || echo would be) published"
list=$(cd "$packages" && ls EmbSync.Tool.*."$version".nupkg && ls EmbSync.MSBuild."$version".nupkg EmbSync.Tool."$version".nupkg) || list=
for package in $list; do
  printf '%9s  %s  %s\n' "$(wc -c <"$packages/$package")" "$(sha256sum <"$packages/$package" | cut -c1-16)" "$package"
done
address=$(dotnet msbuild src/Tool -nologo -p:_IsPacking=true -t:InitializeSourceControlInformation -getProperty:RepositoryUrl)
echo "Sources: ${address:-not said, as the origin of this clone is no https address; RepositoryUrl=https://... names one}"
if [ -n "$push" ]; then check "the packages name their sources" "$([ -n "$address" ] || echo "RepositoryUrl=https://... eng/release.sh --push")"; fi
if [ "$failed" != 0 ]; then echo; echo "Nothing was published: $failed of the checks failed." >&2; exit 1; fi
if [ -z "$push" ]; then echo "Nothing was published: that takes --push."; exit 0; fi
for package in $list; do
  NUGET_API_KEY=$key dotnet nuget push "$packages/$package" --source "$EMBSYNC_PUSH_SOURCE" --skip-duplicate
done
