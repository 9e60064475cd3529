#!/usr/bin/env bash
# Makes sure that LibGit2Sharp.NativeBinaries can be restored. Where the feeds have it, nothing is done. Where they don't, a
# package of that name and version is made from Debian's libgit2 and the libraries it needs, into artifacts/feed.
# Needs no root: the Debian packages are downloaded and unpacked, not installed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
version=2.0.321
feed=$root/artifacts/feed
[ -e "$feed/LibGit2Sharp.NativeBinaries.$version.nupkg" ] && exit 0
[ -e "$root/artifacts/native-git.real" ] && exit 0

mkdir -p "$root/artifacts"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/probe"
cat >"$work/probe/probe.csproj" <<XML
<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net10.0</TargetFramework></PropertyGroup>
<ItemGroup><PackageReference Include="LibGit2Sharp.NativeBinaries" Version="[$version]" /></ItemGroup></Project>
XML
if (cd "$work/probe" && dotnet restore --nologo >"$work/probe.log" 2>&1); then
  touch "$root/artifacts/native-git.real"
  exit 0
fi
grep -q NU1101 "$work/probe.log" || { cat "$work/probe.log" >&2; echo "restore failed, and not because the package is absent" >&2; exit 1; }

echo "LibGit2Sharp.NativeBinaries is not on the configured feeds: making a stand-in from the distribution's libgit2" >&2
mkdir "$work/native"
if [ "$(uname -m)" != x86_64 ] || ! "$here/../debian-packages.sh" bookworm "$work/root" \
  libgit2-1.5 libhttp-parser2.9 libmbedtls14 libmbedx509-1 libmbedcrypto7 libssh2-1 libpcre3 patchelf; then
  echo "Configure a NuGet feed that holds LibGit2Sharp.NativeBinaries $version, or build on Debian for x64." >&2
  exit 1
fi
libs=$work/root/usr/lib/x86_64-linux-gnu
for name in libhttp_parser.so.2.9 libmbedtls.so.14 libmbedx509.so.1 libmbedcrypto.so.7 libssh2.so.1 libpcre.so.3; do
  from=$libs/$name
  [ -e "$from" ] || from=$work/root/lib/x86_64-linux-gnu/$name
  cp -L "$from" "$work/native/$name"
done
cp -L "$libs/libgit2.so.1.5" "$work/native/libgit2-a2bde63.so"   # the name that LibGit2Sharp 0.29.0 looks for
# shellcheck disable=SC2016 # $ORIGIN is the loader's word, not the shell's
for so in "$work/native"/*; do "$work/root/usr/bin/patchelf" --set-rpath '$ORIGIN' "$so"; done
mkdir -p "$work/out"
cp "$here"/*.csproj "$here"/*.props "$work/out/"
dotnet pack "$work/out/NativeGit.csproj" --nologo -v quiet -o "$feed.new" -p:NativeGitFiles="$work/native"
mv -T "$feed.new" "$feed"
