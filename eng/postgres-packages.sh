#!/usr/bin/env bash
# Unpacks PostgreSQL 17 with pgvector from Debian 13's packages into a folder of its own, and nothing else on the machine changes.
# Works on any Debian whatever its release, as root or not: the packages bring their own C library and are patched to use it.
# usage: eng/postgres-packages.sh DIR     (about 10 seconds and 110 MB the first time, nothing the second)
set -euo pipefail
dir=$(realpath -m "$1")
[ "$(cat "$dir/made-for" 2>/dev/null)" = "$dir" ] && exit 0   # interpreter paths are absolute: a moved folder is made anew

refuse() { echo "PostgreSQL can't be taken from Debian's packages: $1" >&2; exit 1; }
command -v apt-get >/dev/null || refuse "this machine has no apt."
case $(uname -m) in
  x86_64) multiarch=x86_64-linux-gnu loader=ld-linux-x86-64.so.2 ;;
  aarch64) multiarch=aarch64-linux-gnu loader=ld-linux-aarch64.so.1 ;;
  *) refuse "no package list for $(uname -m)." ;;
esac
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
[ -e "$keyring" ] || refuse "$keyring is absent (package debian-archive-keyring)."
# The mirror is this machine's own.
mirror=$(cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources 2>/dev/null |
  grep -v '^[[:space:]]*#' | grep -oE 'https?://[^ ]*/debian/?( |$)' | tr -d ' ' | head -n 1) || true
[ -n "$mirror" ] || refuse "apt's sources name no Debian mirror."

echo "Unpacking PostgreSQL 17 and pgvector from Debian 13's packages" >&2
mkdir -p "$(dirname "$dir")"
work=$(mktemp -d "$dir.new.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work"/apt/{lists/partial,cache/archives/partial} "$work/debs" "$work/root"
: >"$work/apt/status"
echo "deb [signed-by=$keyring] $mirror trixie main" >"$work/apt/sources.list"
apt=(apt-get -q -o "Dir::Etc::sourcelist=$work/apt/sources.list" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$work/apt/lists"
  -o "Dir::Cache=$work/apt/cache" -o "Dir::State::status=$work/apt/status" -o APT::Sandbox::User=root -o Acquire::Languages=none)
packages=(postgresql-17 postgresql-17-pgvector patchelf
  libc6 libgcc-s1 libstdc++6 libpq5 libssl3t64 libxml2 libicu76 liblz4-1 libzstd1 liblzma5 zlib1g libpam0g libaudit1 libcap-ng0 libcap2
  libgssapi-krb5-2 libkrb5-3 libk5crypto3 libkrb5support0 libcom-err2 libkeyutils1 libldap2 libsasl2-2 libnuma1 libsystemd0 libselinux1
  libpcre2-8-0)
if ! { "${apt[@]}" update && cd "$work/debs" && "${apt[@]}" download "${packages[@]}"; } >"$work/apt.log" 2>&1; then
  tail -n 5 "$work/apt.log" >&2
  refuse "the download failed (above)."
fi
for deb in "$work"/debs/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" |
    tar -x -C "$work/root" --no-same-owner --exclude='./usr/share/doc*' --exclude='./usr/share/man*' --exclude='./usr/share/locale*'
done

libs=root/usr/lib/$multiarch
for program in initdb postgres pg_ctl; do
  "$work/$libs/$loader" --library-path "$work/$libs" "$work/root/usr/bin/patchelf" \
    --set-interpreter "$dir/$libs/$loader" --force-rpath --set-rpath "$dir/$libs" "$work/root/usr/lib/postgresql/17/bin/$program"
done
rm -rf "$work/debs" "$work/apt" "$work/apt.log"
ln -s root/usr/lib/postgresql/17/bin "$work/bin"
echo "$dir" >"$work/made-for"
chmod -R u+rwX,go+rX "$work"
if [ -e "$dir" ] && [ "$(cat "$dir/made-for" 2>/dev/null)" != "$dir" ]; then rm -rf "$dir"; fi
mv -T "$work" "$dir" 2>/dev/null || [ "$(cat "$dir/made-for" 2>/dev/null)" = "$dir" ]   # another start may have been first
