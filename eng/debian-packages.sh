#!/usr/bin/env bash
# Downloads packages of a Debian release and unpacks them into a folder; installs nothing and leaves apt's own lists alone, so it needs
# no root and works on another release too. The mirror is this machine's own; apt checks its signatures.
# usage: eng/debian-packages.sh RELEASE FOLDER PACKAGE...
set -euo pipefail
release=$1 folder=$2
shift 2

refuse() { echo "Can't take packages of Debian's $release: $1" >&2; exit 1; }
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
command -v apt-get >/dev/null || refuse "this machine has no apt."
[ -e "$keyring" ] || refuse "$keyring is absent (package debian-archive-keyring)."
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  grep -v '^[[:space:]]*#' | grep -oE 'https?://[^ ]*/debian/?( |$)' | tr -d ' ' | head -n 1) || true
[ -n "$mirror" ] || refuse "apt's sources name no Debian mirror."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$folder" "$work/lists/partial" "$work/cache/archives/partial" "$work/debs"
: >"$work/status"
echo "deb [signed-by=$keyring] $mirror $release main" >"$work/sources.list"
apt=(apt-get -q -o "Dir::Etc::sourcelist=$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/lists"
  -o "Dir::Cache=$work/cache" -o "Dir::State::status=$work/status" -o APT::Sandbox::User=root -o Acquire::Languages=none)
if ! { "${apt[@]}" update && cd "$work/debs" && "${apt[@]}" download "$@"; } >"$work/log" 2>&1; then
  tail -n 5 "$work/log" >&2
  refuse "the download failed (above)."
fi
for deb in "$work"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" |
    tar -x -C "$folder" --no-same-owner --exclude='./usr/share/doc*' --exclude='./usr/share/man*' --exclude='./usr/share/locale*'
done
