#!/usr/bin/env bash
# Installs the packed tool for `dotnet tool run embsync` in this folder, through .config/dotnet-tools.json, and makes sure that what
# is installed is what was packed: NuGet never replaces a package of the same version in its cache by itself.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
packages=$PWD/artifacts/packages
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
pinned=$(tr -d ' \n' <.config/dotnet-tools.json | sed -n 's/.*"embsync.tool":{"version":"\([^"]*\)".*/\1/p')
if [ "$pinned" != "$version" ]; then
  echo ".config/dotnet-tools.json asks for EmbSync.Tool '$pinned', Directory.Build.props makes $version: make them equal." >&2
  exit 1
fi

cache=${NUGET_PACKAGES:-$(dotnet nuget locals global-packages --list | sed 's/^global-packages: //')}
cache=${cache%/}
for package in "$packages"/EmbSync.Tool*."$version".nupkg; do
  id=$(basename "${package%."$version".nupkg}" | tr '[:upper:]' '[:lower:]')
  cached=$cache/$id/$version
  if [ -d "$cached" ] && ! cmp -s "$package" "$cached/$id.$version.nupkg"; then rm -rf "$cached"; fi
done
# A note of where this version was once installed would do for dotnet, even in another package cache or with other content.
rm -f "${DOTNET_CLI_HOME:-$HOME}"/.dotnet/toolResolverCache/*/embsync.tool

# Only the folder is asked: the tool's packages need no others, and one of the same version elsewhere is not this one.
config=$packages/only-here.nuget.config
cat >"$config" <<'XML'
<configuration>
  <packageSources>
    <clear />
    <add key="packages" value="." />
  </packageSources>
</configuration>
XML
NUGET_PACKAGES=$cache dotnet tool restore --configfile "$config" --verbosity quiet
